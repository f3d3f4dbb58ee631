import ArgumentParser
import Testing
import WarderCommands
import WarderDaemon
import WarderWorker

@testable import WarderConfiguration
@testable import WarderManuals

@Suite("Manual pages")
struct ManualTests {
    private let command: String
    private let daemon: String

    init() throws {
        command = try ProgramManual.text(description: [UInt8](Warder._dumpHelp().utf8), chapter: 1)
        daemon = try ProgramManual.text(description: [UInt8](DaemonCommand._dumpHelp().utf8), chapter: 8)
    }

    @Test("name every command of the tree, and explain each of its own options once")
    func commands() {
        var paths: [String] = []
        func walk(_ type: any ParsableCommand.Type, _ path: String) {
            for subcommand in type.configuration.subcommands {
                let path = "\(path) \(subcommand.configuration.commandName ?? "")"
                paths.append(path)
                walk(subcommand, path)
            }
        }
        walk(Warder.self, "warder")
        #expect(paths.count > 40)
        let lines = command.split(separator: "\n").map(String.init)
        for path in paths {
            let heading = ".SS \(Roff.argument(path))"
            #expect(lines.count { $0 == heading } == 1, "\(path)")
        }
        let keepNewline = lines.count { $0 == Roff.bold("--keep-newline") }
        #expect(keepNewline == 1)
        let socket = lines.count { $0.hasPrefix(Roff.bold("--socket") + "\\ ") }
        #expect(socket == 1, "an option of all commands is explained once")
    }

    @Test("say every exit status of the command")
    func exitStatus() throws {
        let page = try #require(command.split(separator: ".SH \"EXIT STATUS\"").last)
        for status in ExitStatus.allCases where status != .interrupted {
            let number = page.replacing("\n", with: " ").contains(" \(status.rawValue)  ")
            #expect(number, "\(status)")
        }
    }

    @Test("of the daemon has its options, and where to look next")
    func ofTheDaemon() {
        #expect(daemon.hasPrefix(".\\\""))
        #expect(daemon.contains(".TH \"WARDERD\" 8 "))
        #expect(daemon.contains(Roff.bold("--check-config")))
        #expect(daemon.contains("warder(1), warder.yaml(5)"))
    }

    @Test("of the worker has its options, and not the mode that it starts itself")
    func ofTheWorker() throws {
        let worker = try ProgramManual.text(description: [UInt8](WorkerCommand._dumpHelp().utf8), chapter: 8)
        #expect(worker.contains(".TH \"WARDER\\-WORKER\" 8 ") || worker.contains(".TH \"WARDER-WORKER\" 8 "))
        #expect(worker.contains(Roff.bold("--descriptor")))
        #expect(!worker.contains("run-step") && !worker.contains("run\\-step"))
        #expect(!worker.contains("Keeps a worker running"))
    }

    @Test("of the configuration explains every setting, with what it takes and its default")
    func ofTheConfiguration() throws {
        let page = try ConfigurationManual.text()
        for setting in ConfigurationSetting.all {
            let term = ".TP\n\(Roff.bold(String(setting.name)))\n\(Roff.prose(setting.about))\n.IP\nIt takes "
            #expect(page.contains(term), "\(setting.key)")
        }
        #expect(page.contains("Default: 32MiB."))
        #expect(page.contains("Default: /var/lib/warder for the machine\\(aqs vault"))
    }

    @Test("have examples as they are typed")
    func examples() {
        #expect(command.contains("\nwarder secret put github/pat \\-\\-stdin < token.txt\n"))
    }
}

@Suite("Manual pages: text for roff")
struct RoffTests {
    @Test("text can be neither a request nor an escape")
    func escaping() {
        #expect(Roff.escaped(".SH A") == "\\&.SH A")
        #expect(Roff.escaped("'br") == "\\(aqbr")
        #expect(Roff.escaped("a\\fBb") == "a\\(rsfBb")
        #expect(Roff.escaped("--stdin") == "\\-\\-stdin")
        #expect(Roff.escaped("~/.a") == "\\(ti/.a")
        #expect(Roff.escaped("é…") == "\\[u00E9]\\[u2026]")
        #expect(Roff.argument("a \"b\"") == "\"a b\"")
    }

    @Test("words between backquotes are bold, and one backquote is itself")
    func prose() {
        #expect(Roff.prose("run `a -b`.") == "run \\fBa \\-b\\fR.")
        #expect(Roff.prose("a ` b") == "a \\(ga b")
        #expect(Roff.prose(".x `y`").hasPrefix("\\&."))
        // A piece that follows bold text does not begin a line.
        #expect(Roff.prose("`y`. Z") == "\\fBy\\fR. Z")
    }

    @Test("a discussion falls into paragraphs, headings and lines that stay as they are")
    func discussion() {
        let blocks = Discussion("One.\n\nTwo: 2.\n\nEXIT STATUS\n  0  done\n    deeper").blocks
        #expect(
            blocks == [
                .paragraph("One."), .paragraph("Two: 2."), .heading("EXIT STATUS"), .verbatim(["0  done", "  deeper"]),
            ]
        )
    }
}
