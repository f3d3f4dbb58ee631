import Yams

extension OpenAPIError {
    /// Takes what the library threw; its own description would print the whole text.
    init(yaml error: any Error) {
        switch error as? YamlError {
        case .scanner(_, _, let mark, _), .parser(_, _, let mark, _):
            self.init(.notYAML, Place(mark))
        case .composer(_, let problem, let mark, _):
            // The library's own sentence, the one way to tell two documents from an alias without an anchor.
            let isSecond = problem.hasPrefix("but found another document")
            self.init(isSecond ? .severalDocuments : .notYAML, Place(mark))
        case .duplicatedKeysInMapping(_, let context):
            self.init(.repeatedKey, Place(context.mark))
        case .memory:
            self.init(.tooDeep(limit: OpenAPILimits.depth))
        case .reader:
            self.init(.notText)
        case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded, nil:
            self.init(.notYAML)
        }
    }
}

extension OpenAPIError.Place {
    fileprivate init(_ mark: Mark) {
        self.init(line: mark.line, column: mark.column)
    }
}
