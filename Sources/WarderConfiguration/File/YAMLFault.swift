import Yams

/// A text that is no YAML, or YAML that means two things.
struct YAMLFault {
    private let problem: String
    private let remedy: String
    private let line: Int?
    private let column: Int?

    private init(_ problem: String, _ remedy: String, line: Int? = nil, column: Int? = nil) {
        self.problem = problem
        self.remedy = remedy
        self.line = line
        self.column = column
    }

    /// A name that stands more than once on the same level.
    static func repeated(_ name: String) -> YAMLFault {
        YAMLFault(
            "\(Quotation.quoted(name)) stands here more than once",
            "keep one of the lines; which of them should count cannot be guessed"
        )
    }

    /// Takes what the library threw; its own description would print the whole file.
    init(_ error: any Error, text: String) {
        let remedy = "correct the line; compare the file with warder.yaml.example"
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _):
            let isTab = problem.hasPrefix("found character that cannot start any token")
            self.init(
                "this is no YAML: \(problem)",
                isTab
                    ? "indent with spaces, not with tabs; put quotes around a value that begins with @, % or `"
                    : remedy,
                line: mark.line,
                column: mark.column
            )
        case .parser(_, let problem, let mark, _):
            self.init("this is no YAML: \(problem)", remedy, line: mark.line, column: mark.column)
        case .composer(_, let problem, let mark, _):
            self.init(
                "this is no YAML that can be used here: \(problem)",
                "write one document, and no aliases",
                line: mark.line,
                column: mark.column
            )
        case .reader(let problem, let offset, _, _):
            let place = offset.map { Self.place(ofCharacter: $0, in: text) }
            self.init(
                "this is no YAML: \(problem)",
                "save the file as plain text, without control characters",
                line: place?.line,
                column: place?.column
            )
        case .duplicatedKeysInMapping(let names, let context):
            let fault = Self.repeated(names.first ?? "")
            self.init(fault.problem, fault.remedy, line: context.mark.line, column: context.mark.column)
        case .memory:
            self.init("this is nested too deeply", remedy)
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded, nil:
            self.init("this cannot be read as YAML", remedy)
        }
    }

    func error(in file: String, at mark: Mark? = nil) -> ConfigurationError {
        ConfigurationError(
            place: .file(file, line: mark?.line ?? line, column: mark?.column ?? column),
            problem: problem,
            remedy: remedy
        )
    }

    private static func place(ofCharacter offset: Int, in text: String) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for character in text.prefix(offset) {
            column = character.isNewline ? 1 : column + 1
            if character.isNewline { line += 1 }
        }
        return (line, column)
    }
}
