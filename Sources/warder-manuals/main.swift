import ArgumentParser
import Foundation
import WarderManuals

/// Prints manual pages when the programs are built; it is not installed.
struct Manuals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "warder-manuals",
        abstract: "Print a manual page.",
        discussion: """
            EXAMPLE
              warder --experimental-dump-help | warder-manuals program --chapter 1
              warder-manuals configuration
            """,
        subcommands: [OfProgram.self, OfConfiguration.self]
    )
}

struct OfProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "program",
        abstract: "Of a program, from its description on standard input."
    )

    @Option(help: "Of the manual: 1 for everybody's programs, 8 for daemons.") var chapter: Int

    func run() throws {
        let description = try FileHandle.standardInput.readToEnd() ?? Data()
        print(try ProgramManual.text(description: [UInt8](description), chapter: chapter), terminator: "")
    }
}

struct OfConfiguration: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "configuration",
        abstract: "Of the configuration file."
    )

    func run() throws { print(try ConfigurationManual.text(), terminator: "") }
}

Manuals.main()
