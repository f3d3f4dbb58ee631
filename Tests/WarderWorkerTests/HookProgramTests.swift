import Foundation
import Glibc
import Testing
import WarderLinux
import WarderWire

@testable import WarderWorker

/// Which programs are run, and that what runs is what was checked.
@Suite("Programs of hooks")
struct HookProgramTests {
    private let workshop: Workshop

    init() throws { workshop = try Workshop() }

    private func refusal(_ job: Job? = nil) throws -> String? {
        let result = try StepProcess.run(job ?? .sample(.set), in: workshop)
        guard result.outcome == .failed, result.retry == false else { return nil }
        return result.message
    }

    private static let ran = "ran"

    private func marking() -> String {
        "echo x > \(workshop.file(Self.ran)); echo '{\"outcome\":\"done\"}'"
    }

    private var hasRun: Bool { workshop.text(Self.ran) != nil }

    @Test("a program that others may write to is not run", arguments: [0o775, 0o757, 0o777] as [UInt32])
    func mode(mode: UInt32) throws {
        try workshop.hook(marking(), mode: mode)
        #expect(try refusal()?.contains("others than its owner may write to it") == true)
        #expect(!hasRun)
    }

    @Test("a program is not run whose folder others may write to")
    func folder() throws {
        try FileManager.default.createDirectory(atPath: workshop.file("open"), withIntermediateDirectories: false)
        let path = try workshop.write("#!/bin/sh\n\(marking())\n", to: "open/hook", mode: 0o755)
        try workshop.configure("  hooks:\n    h: {program: \(path)}")
        _ = unsafe chmod(workshop.file("open"), 0o777)
        #expect(try refusal()?.contains("others than its owner may write to it") == true)
        #expect(!hasRun)
    }

    @Test("a program of another user is not run, nor one in their folder, nor by their link")
    func owner() throws {
        try #require(geteuid() == 0, "run as root: only root can give a file to another user")
        let path = try workshop.hook(marking())
        _ = unsafe chown(path, 65534, 65534)
        #expect(try refusal()?.contains("belongs to user 65534") == true)
        _ = unsafe chown(path, 0, 0)
        #expect(unsafe symlink(path, workshop.file("link")) == 0)
        _ = unsafe lchown(workshop.file("link"), 65534, 65534)
        try workshop.configure("  hooks:\n    h: {program: \(workshop.file("link"))}")
        #expect(try refusal()?.contains("belongs to user 65534") == true)
        #expect(!hasRun)
    }

    @Test("what is not executable, empty or no file is not run")
    func shape() throws {
        let path = try workshop.hook(marking(), mode: 0o644)
        #expect(try refusal()?.contains("not executable") == true)
        try workshop.write("", to: "hook", mode: 0o755)
        #expect(try refusal()?.contains("empty") == true)
        try workshop.write("no program", to: "hook", mode: 0o755)
        #expect(try refusal()?.contains("could not be started") == true)
        try FileManager.default.removeItem(atPath: path)
        #expect(unsafe mkfifo(path, 0o755) == 0)
        #expect(try refusal()?.contains("not a regular file") == true)
        #expect(!hasRun)
    }

    @Test("a program with another digest than the configuration's is not run")
    func digest() throws {
        let path = try workshop.hook(marking(), settings: "sha256: \(String(repeating: "ab", count: 32))")
        #expect(try refusal() == "the hook is not run: it has another SHA-256 than the configuration says")
        #expect(!hasRun)
        try workshop.hook(marking(), settings: "sha256: \(try Self.digest(of: path))")
        #expect(try StepProcess.run(.sample(.set), in: workshop).outcome == .done)
        #expect(hasRun)
    }

    private static func digest(of path: String) throws -> String {
        let sum = Process()
        let output = Pipe()
        sum.executableURL = URL(fileURLWithPath: "/usr/bin/sha256sum")
        sum.arguments = [path]
        sum.standardOutput = output
        try sum.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        sum.waitUntilExit()
        return String(text.prefix(64))
    }

    @Test("a program that is replaced all the time runs as it was checked, or not at all")
    func replacedAllTheTime() throws {
        try workshop.hook(#"echo '{"outcome":"done"}'"#)
        try FileManager.default.copyItem(atPath: workshop.file("hook"), toPath: workshop.file("good"))
        try workshop.write("#!/bin/sh\n\(marking())\n", to: "other", mode: 0o755)
        let digest = try Self.digest(of: workshop.file("good"))
        try workshop.configure("  hooks:\n    h: {program: \(workshop.file("hook")), sha256: \(digest)}")
        let script = """
            import itertools, os, sys
            folder = sys.argv[1] + "/"
            texts = [open(folder + name).read() for name in ("good", "other")]
            for round in itertools.count():
                text, place = texts[round % 2], "hook" if round % 4 < 2 else "new"
                with open(folder + place, "w") as file: file.write(text)
                os.chmod(folder + place, 0o755)
                if place == "new": os.rename(folder + "new", folder + "hook")
            """
        let replacing = Process()
        replacing.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        replacing.arguments = ["-c", script, workshop.path]
        try replacing.run()
        defer {
            kill(replacing.processIdentifier, SIGKILL)
            replacing.waitUntilExit()
        }
        var (ran, refused) = (0, 0)
        for _ in 0..<100 where ran < 5 || refused < 5 {
            let result = try StepProcess.run(.sample(.set), in: workshop)
            if result.outcome == .done {
                ran += 1
            } else {
                refused += 1
                #expect(result.message?.hasPrefix("the hook is not run: ") == true, "\(result.message ?? "")")
            }
        }
        #expect(ran > 0 && refused > 0, "\(ran) ran, \(refused) were refused")
        #expect(!hasRun)
    }

    @Test("what was checked runs, although the file is another by then", arguments: [false, true], [false, true])
    func replaced(isScript: Bool, inPlace: Bool) throws {
        let path = workshop.file("program")
        if isScript {
            try workshop.write("#!/bin/sh\necho checked\n", to: "program", mode: 0o755)
        } else {
            try FileManager.default.copyItem(atPath: "/bin/echo", toPath: path)
        }
        let program = try SealedProgram.copy(path) { _ in }
        if inPlace {
            let handle = try #require(FileHandle(forWritingAtPath: path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: Data("#!/bin/sh\necho replaced\n".utf8))
            try handle.close()
        } else {
            try workshop.write("#!/bin/sh\necho replaced\n", to: "other", mode: 0o755)
            #expect(unsafe rename(workshop.file("other"), path) == 0)
        }
        let child = try ChildProcess(program, arguments: ["program", "checked"], environment: [:])
        #expect(child.wait() == .exited(0))
        #expect(child.output.read(limit: 100) == Array("checked\n".utf8))
    }

    @Test("a script that is rewritten while it runs goes on as it was")
    func rewritten() throws {
        let path = workshop.file("hook")
        try workshop.hook(
            """
            printf '#!/bin/sh\\n%s\\n' 'echo replaced > \(workshop.file("replaced"))' > \(path)
            echo '{"outcome":"done"}'
            """
        )
        #expect(try StepProcess.run(.sample(.set), in: workshop).outcome == .done)
        #expect(workshop.text("replaced") == nil)
        #expect(workshop.text("hook")?.contains("echo replaced") == true)
    }

    @Test("nobody can write to the copy that runs")
    func sealed() throws {
        try workshop.hook(
            """
            echo x >> /proc/self/fd/3 && echo x > \(workshop.file("written"))
            echo '{"outcome":"done"}'
            """
        )
        #expect(try StepProcess.run(.sample(.set), in: workshop).outcome == .done)
        #expect(workshop.text("written") == nil)
    }

    @Test("a hook runs as the user that its entry names")
    func user() throws {
        try #require(geteuid() == 0, "run as root: only root can run a hook as another user")
        try workshop.hook(
            "echo \"{\\\"outcome\\\":\\\"done\\\",\\\"message\\\":\\\"$(id -u):$(id -g):$(id -G)\\\"}\"",
            settings: "user: nobody"
        )
        #expect(try StepProcess.run(.sample(.set), in: workshop).message == "65534:65534:65534")
    }
}
