import ClientConfigurations
import OpenAPIDocuments
import WarderModel
import Yams

/// The text of a file, before anything is understood of it.
struct SourceText {
    /// Longest file in bytes.
    static let maximumBytes = 1 << 20

    /// The tree; `nil` of a file that says nothing.
    ///
    /// - Throws: for what is too long, no text, no YAML, or holds something that looks like a secret.
    static func compose(_ bytes: [UInt8]) throws(DeclarationFaults) -> Node? {
        guard bytes.count <= maximumBytes else {
            throw one(nil, "the file is longer than 1 MiB", "say less in one file, or in several")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw one(nil, "the file is no text in UTF-8", "save it as plain text")
        }
        let hidden = hiddenPlaces(in: text)
        guard hidden.isEmpty else {
            throw DeclarationFaults(
                hidden.map {
                    DeclarationFault(
                        DeclarationFault.Place(ofByte: $0, in: bytes),
                        "here stands a character that shows nothing, breaks a line unseen or turns it around",
                        "take it out; the file must say what it seems to say"
                    )
                }
            )
        }
        let tokens = TokenSearch.find(in: bytes)
        guard tokens.isEmpty else {
            throw DeclarationFaults(
                tokens.prefix(DeclarationReader.mostFaults).map {
                    DeclarationFault(
                        DeclarationFault.Place(ofByte: $0.offset, in: bytes),
                        "this looks like a secret, and a file of this kind is read by many",
                        "take it out, rotate it, and store it: warder secret put NAME; here stands its name alone"
                    )
                }
            )
        }
        // Names made of aliases would keep the library busy for ever.
        if let place = AliasKeys.first(in: bytes) {
            throw one(.init(line: place.line, column: place.column), "an alias stands for a name", "write the name out")
        }
        // The library counts the mark of an encoding as a column, and finds the second line too far to the left.
        let content = text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
        do {
            // The encoding is said, because the library would ask an environment variable for it.
            return try Yams.compose(yaml: content, .default, .default, .utf8)
        } catch {
            throw DeclarationFaults([fault(error, content)])
        }
    }

    /// Offsets in bytes of what nobody sees, wherever it stands. YAML breaks lines at characters at which no editor does, so
    /// that a comment could hold what counts.
    private static func hiddenPlaces(in text: String) -> [Int] {
        var places: [Int] = []
        var offset = 0
        var before: Unicode.Scalar?
        for scalar in text.unicodeScalars {
            // A line may end as elsewhere, with both; alone the first of them goes back to where the line began.
            if before == "\r", scalar != "\n" { places.append(offset - 1) }
            let isKnown = scalar == "\n" || scalar == "\t" || scalar == "\r" || (scalar == "\u{FEFF}" && offset == 0)
            if !isKnown, HiddenCharacter.contains(scalar) { places.append(offset) }
            if places.count >= DeclarationReader.mostFaults { break }
            offset += UTF8.width(scalar)
            before = scalar
        }
        return places
    }

    private static func one(
        _ place: DeclarationFault.Place?,
        _ problem: String,
        _ remedy: String
    ) -> DeclarationFaults {
        DeclarationFaults([DeclarationFault(place, problem, remedy)])
    }

    /// What the library threw, without its own description, which would print the whole file.
    private static func fault(_ error: any Error, _ text: String) -> DeclarationFault {
        let remedy = "correct the line; indent with spaces, and put quotes around a value with special characters"
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
            return DeclarationFault(place(mark), "this is no YAML: \(problem)", remedy)
        case .composer(_, let problem, let mark, _):
            return DeclarationFault(
                place(mark),
                "this is no YAML that can be used here: \(problem)",
                "write one document, and no aliases"
            )
        case .reader(let problem, let offset, _, _):
            let line = offset.map { 1 + text.prefix($0).count { $0.isNewline } }
            return DeclarationFault(
                line.map { .init(line: $0, column: 1) },
                "this is no YAML: \(problem)",
                "save the file as plain text, without control characters"
            )
        case .duplicatedKeysInMapping(let names, let context):
            return DeclarationFault(
                place(context.mark),
                "\(Quoted.text(names.first ?? "")) stands here more than once",
                "keep one of them; which should count cannot be guessed"
            )
        default: return DeclarationFault(nil, "this cannot be read as YAML", remedy)
        }
    }

    private static func place(_ mark: Mark) -> DeclarationFault.Place { .init(line: mark.line, column: mark.column) }
}
