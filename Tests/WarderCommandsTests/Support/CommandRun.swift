import Foundation
import SecretMemory
import SystemPackage
import WarderLinux
import WarderModel

@testable import WarderCommands

/// What a command did, run in this process against a world of the test's own.
struct CommandRun {
    let status: ExitStatus
    let output: [UInt8]
    let errors: String
    let questions: [String]
    /// The shares that were shown on the terminal, each with what stood around it.
    let pages: [String]

    var outputText: String { String(decoding: output, as: UTF8.self) }

    /// 2026-11-21T09:30:00Z, a Saturday morning.
    static let now = Timestamp(milliseconds: 1_795_253_400_000)

    /// Runs `warder` with these arguments.
    ///
    /// `typed` are answers to questions (`nil` for no terminal); `width` is that of the terminal behind standard
    /// output.
    init(
        _ arguments: [String],
        socket: String? = nil,
        environment: [String: String] = [:],
        standardInput: [UInt8] = [],
        typed: [String]? = nil,
        width: Int? = nil,
        hasColour: Bool = false
    ) throws {
        let folder = try TemporaryFolder()
        try Data(standardInput).write(to: URL(filePath: folder.file("stdin")))
        let input = try FileDescriptor.open(FilePath(folder.file("stdin")), .readOnly)
        defer { try? input.close() }
        let output = BufferSink()
        let errors = BufferSink()
        let prompter = ScriptedPrompter(typed)
        var environment = environment
        if let socket { environment["WARDER_OPERATOR_SOCKET"] = socket }
        let context = CommandContext(
            console: Console(output: output, errors: errors, outputWidth: width, errorWidth: nil, hasColour: hasColour),
            prompter: prompter,
            environment: environment,
            standardInput: input,
            now: { Self.now },
            pause: { _ in },
            roots: VaultPlaces.Roots(
                run: folder.file("run"),
                state: folder.file("state"),
                configuration: folder.file("etc"),
                home: { _ in "/nonexistent" }
            )
        )
        status = Program.run(arguments, in: context)
        self.output = output.bytes
        self.errors = String(decoding: errors.bytes, as: UTF8.self)
        questions = prompter.questions
        pages = prompter.pages
    }
}

/// Keeps what is written.
final class BufferSink: ByteSink {
    private(set) var bytes: [UInt8] = []

    func write(_ bytes: RawSpan) throws(CommandFailure) {
        unsafe bytes.withUnsafeBytes { unsafe self.bytes.append(contentsOf: $0) }
    }
}

/// A person who types prepared answers.
final class ScriptedPrompter: Prompter {
    private var answers: [String]?
    private(set) var questions: [String] = []
    private(set) var pages: [String] = []

    init(_ answers: [String]?) { self.answers = answers }

    func askHidden(_ question: String) throws(PromptError) -> SecretBytes {
        let answer = try askLine(question)
        guard let secret = try? SecretBytes(copying: answer.utf8) else { throw .noSecretMemory }
        return secret
    }

    func askLine(_ question: String) throws(PromptError) -> String {
        guard answers != nil else { throw .noTerminal }
        questions.append(question)
        guard let answer = answers?.first else { throw .endOfInput }
        answers?.removeFirst()
        if answer == "^C" { throw .interrupted }
        return answer
    }

    var canShowPages: Bool { answers != nil }

    /// Each page takes one answer, whatever it is.
    func show(_ pages: [SecretPage], onInterruption: (Int) -> Void) throws(PagesNotShown) {
        for (shown, page) in pages.enumerated() {
            do throws(PromptError) { _ = try askLine(page.announcement) } catch {
                if error == .interrupted { onInterruption(shown) }
                throw PagesNotShown(shown: shown, reason: PagesNotShown.Reason(error))
            }
            self.pages.append("\(page.title)\n\(String(decoding: page.secret.copy, as: UTF8.self))\n\(page.closing)")
        }
    }
}
