package import SecretMemory
package import SystemPackage
package import WarderModel

/// Where each field of a new version comes from, decided before anything is read or asked.
package struct FieldPlan: Equatable {
    /// A source of one field.
    package enum Source: Equatable {
        case file(String)
        case standardInput
        case prompt
    }

    /// In the order in which they were named.
    package let sources: [(field: FieldName, source: Source)]

    package static func == (left: FieldPlan, right: FieldPlan) -> Bool {
        left.sources.elementsEqual(right.sources, by: ==)
    }

    /// Whether somebody is going to type.
    package var asksPerson: Bool { sources.contains { $0.source == .prompt } }

    /// - Throws: `.usage` when a field has two sources, or a source no field.
    package init(fields: [FieldName], files: [String], usesStandardInput: Bool) throws(CommandFailure) {
        var sources: [(field: FieldName, source: Source)] = []
        var bare: [String] = []
        for file in files {
            if let (name, path) = Self.split(file) { sources.append((name, .file(path))) } else { bare.append(file) }
        }
        guard bare.count <= 1 else { throw .usage("several files need the names of their fields: --file NAME=PATH") }
        let others = fields.isEmpty && (sources.isEmpty || usesStandardInput || !bare.isEmpty) ? [.value] : fields
        if let path = bare.first {
            guard !usesStandardInput, others.count == 1 else {
                throw .usage("--file PATH gives one field; name it for more: --file NAME=PATH")
            }
            sources += others.map { ($0, .file(path)) }
        } else if usesStandardInput {
            guard others.count == 1 else { throw .usage("--stdin gives one field; name exactly one with --field") }
            sources += others.map { ($0, .standardInput) }
        } else {
            sources += others.map { ($0, .prompt) }
        }
        guard Set(sources.map(\.field)).count == sources.count else { throw .usage("a field is given twice") }
        self.sources = sources
    }

    /// `NAME=PATH`; nothing where the text before the equals sign cannot be a field, as in `./a=b`.
    private static func split(_ text: String) -> (FieldName, String)? {
        guard let equals = text.firstIndex(of: "="), let name = try? FieldName(String(text[..<equals])) else {
            return nil
        }
        return (name, String(text[text.index(after: equals)...]))
    }

    /// Reads and asks. Files come first, so that nobody types a password for the sake of a file that is not there.
    package func read(
        _ secret: SecretName,
        standardInput: FileDescriptor,
        keepsNewline: Bool,
        prompter: any Prompter
    ) throws(CommandFailure) -> [String: SecretBytes] {
        var values: [String: SecretBytes] = [:]
        for case (let field, .file(let path)) in sources { values[field.text] = try SecretSource.file(path) }
        for case (let field, .standardInput) in sources {
            values[field.text] = try SecretSource.standardInput(standardInput, keepsNewline: keepsNewline)
        }
        for case (let field, .prompt) in sources {
            values[field.text] = try ask("\(secret.text) \(field.text):", prompter)
        }
        return values
    }

    private func ask(_ question: String, _ prompter: any Prompter) throws(CommandFailure) -> SecretBytes {
        let noTerminal = CommandFailure.usage(
            "there is no terminal to ask for the value on",
            hints: ["Use a pipe or a file: --stdin, --file PATH"]
        )
        let first = try prompter.hidden(question, otherwise: noTerminal)
        guard first.count > 0 else { throw .usage("the value is empty; nothing was stored") }
        guard try prompter.hidden("The same again:", otherwise: noTerminal).isEqual(to: first) else {
            throw .usage(
                "the two values differ; nothing was stored",
                hints: ["A prompt takes one line. For a key of several lines: --file PATH or --stdin"]
            )
        }
        return first
    }
}
