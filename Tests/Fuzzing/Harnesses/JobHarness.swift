import Rotating
import SecretMemory
import StrictJSON
import WarderCore
import WarderModel
import WarderWire

@testable import WarderHTTP
@testable import WarderWorker

extension Harness {
    /// What daemon, worker and the processes of its jobs hand each other: `j`, a job; `r`, a result; `e`, the standard
    /// error of a hook, in which `~` stands for a value of its job.
    static let job = Harness("job") { input in
        let secret = try secret.get()
        var rest = Input(input)
        let kind = rest.byte()
        let bytes = Array(rest.rest)
        switch kind {
        case UInt8(ascii: "j"): try readJob(bytes)
        case UInt8(ascii: "r"): try readResult(bytes)
        case UInt8(ascii: "e"): try readErrors(bytes, secret)
        default: return
        }
    }

    private static let secret = Result { try SecretBytes(copying: Array("s3cret/value+of 24 bytes".utf8)) }

    private static func readJob(_ bytes: [UInt8]) throws {
        guard let document = try? JSONDocument(copying: bytes.span, limits: Job.limits),
            let job = try? WorkerJob.decode(document)
        else { return }
        try hold((1...64).contains(job.id.utf8.count) && Job.isID(job.id), "a job's id is a part of a path")
        let text = try written(job.json())
        let again = try WorkerJob.decode(JSONDocument(copying: text.span, limits: Job.limits))
        try hold(try written(again.json()) == text, "a job is read as it was written")
        try hold(again.secrets.count == job.secrets.count, "no value is lost")
    }

    private static func readResult(_ bytes: [UInt8]) throws {
        guard let document = try? JSONDocument(copying: bytes.span, limits: JobResult.limits),
            let result = try? JobResult.decode(document)
        else { return }
        let text = try written(result.json())
        let again = try JobResult.decode(JSONDocument(copying: text.span, limits: JobResult.limits))
        try hold(try written(again.json()) == text, "a result is read as it was written")
        // As the daemon takes it.
        guard let answer = try? HandoutAnswer(result) else { return }
        for words in [answer.answer.message?.text, answer.answer.handle?.text].compactMap(\.self) {
            try hold(!words.unicodeScalars.contains(where: HiddenCharacter.contains), "what people read draws nothing")
            try hold(words.utf8.count <= PlainText.maximumBytes, "what people read is short")
        }
    }

    private static func readErrors(_ bytes: [UInt8], _ secret: SecretBytes) throws {
        let value = unsafe secret.withUnsafeBytes { unsafe Array($0) }
        var output = HookOutput(ending: .exited(1))
        output.errors = bytes.flatMap { $0 == UInt8(ascii: "~") ? value : [$0] }
        guard let text = StepText.stderr(output, without: [secret]) else { return }
        try hold(text.utf8.count <= JobResult.maximumStderr, "the end of it is kept")
        try hold(!Array(text.utf8).contains(value), "no value is left in it")
        let isShown = text.unicodeScalars.allSatisfy { $0 == "\n" || !HiddenCharacter.contains($0) }
        try hold(isShown, "it draws nothing")
        let message = StepText.message(text, without: [secret], JobResult(.failed))
        try hold(message.utf8.count <= JobResult.maximumMessage, "a message has a length")
        try hold(!message.unicodeScalars.contains(where: HiddenCharacter.contains), "a message is one line")
    }

    private static func written(_ text: SecretBytes) -> [UInt8] { unsafe text.withUnsafeBytes { unsafe Array($0) } }
}
