import FoundationEssentials

/// The page of a program, made of its own description.
package enum ProgramManual {
    /// The whole page.
    ///
    /// - Parameters:
    ///   - description: What the program printed for `--experimental-dump-help`.
    ///   - chapter: Of the manual: 1 for everybody's programs, 8 for daemons.
    /// - Returns: The page, for man(1).
    /// - Throws: `DecodingError`, when that is no such description.
    package static func text(description: [UInt8], chapter: Int) throws -> String {
        let command = try JSONDecoder().decode(ProgramDescription.self, from: Data(description)).command
        var page = ManualPage(command.commandName, chapter: chapter, summary: summary(command))
        let notes = ProgramNotes.of[command.commandName] ?? []

        page.section("SYNOPSIS")
        page.synopsis(
            command.commandName,
            arguments: arguments(command).map(usage)
                + (subcommands(command).isEmpty ? [] : [Roff.italic("command"), "[...]"])
        )
        page.section("DESCRIPTION")
        let discussion = Discussion(command.discussion ?? "")
        page.paragraph(command.abstract ?? "")
        discussion.introduction.forEach { page.add($0) }
        page.section("OPTIONS")
        for argument in arguments(command) { page.add(argument) }

        if !subcommands(command).isEmpty {
            page.section("COMMANDS")
            page.paragraph("Every command takes the options above as well, in any place.")
            for subcommand in subcommands(command) {
                page.add(subcommand, path: command.commandName, inherited: arguments(command))
            }
        }
        for block in discussion.remainder { page.add(block, headingsAreSections: true) }
        for note in notes {
            page.section(note.title)
            for item in note.items { page.item(Roff.bold(item.term), [item.about]) }
            if let text = note.text { page.paragraph(text) }
        }
        return page.text
    }

    /// Half a sentence for the head of the page.
    private static func summary(_ command: ProgramDescription.Command) -> String {
        let text = command.abstract ?? ""
        return text.prefix(1).lowercased() + text.dropFirst().trimmingFullStop
    }

    fileprivate static func arguments(_ command: ProgramDescription.Command) -> [ProgramDescription.Argument] {
        (command.arguments ?? []).filter(\.shouldDisplay)
    }

    /// Without `help`, which every program of this kind has.
    fileprivate static func subcommands(_ command: ProgramDescription.Command) -> [ProgramDescription.Command] {
        (command.subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    }

    /// `[--field NAME]...`, in roff.
    fileprivate static func usage(_ argument: ProgramDescription.Argument) -> String {
        let value = Roff.italic(argument.valueName ?? "value")
        let name = Roff.bold(argument.preferredName?.spelling ?? "")
        var text =
            switch argument.kind {
            case .positional: value
            case .option: "\(name)\\ \(value)"
            case .flag: name
            }
        if argument.isOptional { text = "[\(text)]" }
        return argument.isRepeating ? text + "..." : text
    }
}

extension ManualPage {
    fileprivate mutating func add(_ block: Discussion.Block, headingsAreSections: Bool = false) {
        switch block {
        case .heading(let title) where headingsAreSections: section(title)
        // Within a command: a line like any other, which says what the lines below it are.
        case .heading(let title): paragraph(title.prefix(1) + title.dropFirst().lowercased() + ":")
        case .paragraph(let text): paragraph(text)
        case .verbatim(let lines): verbatim(lines)
        }
    }

    fileprivate mutating func add(_ argument: ProgramDescription.Argument) {
        var term = (argument.names ?? []).sorted { $0.name.count < $1.name.count }
            .map { Roff.bold($0.spelling) }.joined(separator: ", ")
        let value = Roff.italic(argument.valueName ?? "value")
        switch argument.kind {
        case .positional: term = value
        case .option: term += "\\ \(value)"
        case .flag: break
        }
        var about = argument.abstract ?? ""
        let values = argument.allValues ?? []
        if !values.isEmpty { about += " (values: \(values.joined(separator: ", ")))" }
        if let value = argument.defaultValue { about += " (default: \(value))" }
        item(term, [about])
    }

    fileprivate mutating func add(
        _ command: ProgramDescription.Command,
        path: String,
        inherited: [ProgramDescription.Argument]
    ) {
        let path = "\(path) \(command.commandName)"
        let known = Set(inherited.compactMap { $0.preferredName?.spelling })
        let own = ProgramManual.arguments(command).filter { !known.contains($0.preferredName?.spelling ?? "") }
        let below = ProgramManual.subcommands(command)
        subsection(path)
        if below.isEmpty { synopsis(path, arguments: own.map(ProgramManual.usage)) }
        paragraph(command.abstract ?? "")
        let discussion = Discussion(command.discussion ?? "")
        discussion.introduction.forEach { add($0) }
        for argument in own { add(argument) }
        // A group's examples are those of its commands.
        if below.isEmpty { discussion.remainder.forEach { add($0) } }
        for subcommand in below { add(subcommand, path: path, inherited: inherited) }
    }
}

extension StringProtocol {
    fileprivate var trimmingFullStop: String { hasSuffix(".") ? String(dropLast()) : String(self) }
}
