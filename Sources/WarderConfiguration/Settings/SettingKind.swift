import WarderLinux
import WarderModel

/// Why a text is no value for a setting.
struct SettingFault: Error {
    /// Follows the name of the setting: `must be one of …`.
    var problem: String
    var remedy: String
}

/// One kind of value: which texts mean it, and how it is written.
struct SettingKind<Value: Sendable>: Sendable {
    /// For people: `1KiB to 1MiB`.
    let accepts: String
    /// Whether the text must stand without quotes, as numbers do.
    let isNumber: Bool
    let parse: @Sendable (String, ConfigurationSurroundings) throws(SettingFault) -> Value
    /// As it stands in a file; `nil` for a value that is the absence of one.
    let text: @Sendable (Value) -> String?

    /// A value between bounds.
    private static func quantity(
        _ range: ClosedRange<Value>,
        isNumber: Bool = false,
        example: String,
        read: @escaping @Sendable (String) -> Value?,
        write: @escaping @Sendable (Value) -> String
    ) -> SettingKind where Value: Comparable {
        let accepts = "\(write(range.lowerBound)) to \(write(range.upperBound))"
        return SettingKind(accepts: accepts, isNumber: isNumber) { text, _ throws(SettingFault) in
            guard let value = read(text) else {
                throw SettingFault(
                    problem: "cannot be \(Quotation.quoted(text))",
                    remedy: "write \(example); it takes \(accepts)"
                )
            }
            guard range.contains(value) else {
                throw SettingFault(problem: "is \(write(value)), which is out of range", remedy: "it takes \(accepts)")
            }
            return value
        } text: {
            write($0)
        }
    }
}

extension SettingKind where Value == Int {
    static func number(_ range: ClosedRange<Int>) -> SettingKind {
        quantity(range, isNumber: true, example: "a whole number in digits", read: { WholeNumber.parse($0) }) {
            String($0)
        }
    }

    static func days(_ range: ClosedRange<Int>) -> SettingKind {
        quantity(range, example: "days, such as 90d, or 0", read: DayCount.days, write: DayCount.text)
    }

    static func size(_ range: ClosedRange<Int>) -> SettingKind {
        quantity(
            range,
            example: "a number and a unit, KiB, MiB or GiB, such as 64KiB",
            read: ByteSize.bytes,
            write: ByteSize.text
        )
    }
}

extension SettingKind where Value == Duration {
    static func time(_ range: ClosedRange<Duration>) -> SettingKind {
        quantity(
            range,
            example: "numbers with units, h, m or s, such as 5s or 1m30s",
            read: TimeSpan.duration,
            write: TimeSpan.text
        )
    }
}

extension SettingKind where Value: Equatable {
    /// One of a few words.
    static func choice(_ words: [(word: String, value: Value)]) -> SettingKind {
        let known = words.map(\.word)
        return SettingKind(accepts: known.joined(separator: ", "), isNumber: false) { text, _ throws(SettingFault) in
            if let value = words.first(where: { $0.word == text })?.value { return value }
            let nearest = Suggestion.nearest(to: text, among: known).map { "did you mean \($0)? " } ?? ""
            throw SettingFault(
                problem: "cannot be \(Quotation.quoted(text))",
                remedy: "\(nearest)It takes one of: \(known.joined(separator: ", "))"
            )
        } text: { value in
            words.first { $0.value == value }?.word
        }
    }
}

extension SettingKind where Value: RawRepresentable<String> & CaseIterable & Equatable {
    static var choice: SettingKind { choice(Value.allCases.map { ($0.rawValue, $0) }) }
}

extension SettingKind where Value == String {
    /// Longest path of a socket in bytes; the kernel has no room for more.
    private static let longestSocketPath = 107

    static var path: SettingKind {
        SettingKind(accepts: "an absolute path", isNumber: false) { text, _ throws(SettingFault) in
            try absolute(text)
        } text: {
            $0
        }
    }

    static var socketPath: SettingKind {
        SettingKind(
            accepts: "an absolute path of at most \(longestSocketPath) bytes",
            isNumber: false
        ) { text, _ throws(SettingFault) in
            let path = try absolute(text)
            guard path.utf8.count <= longestSocketPath else {
                throw SettingFault(
                    problem:
                        "is a path of \(path.utf8.count) bytes, and a socket's path has at most \(longestSocketPath)",
                    remedy: "put the socket into a directory with a shorter path, such as /run/warder"
                )
            }
            return path
        } text: {
            $0
        }
    }

    fileprivate static func absolute(_ text: String) throws(SettingFault) -> String {
        guard text.hasPrefix("/"), !text.utf8.contains(0) else {
            throw SettingFault(
                problem: "cannot be \(Quotation.quoted(text))",
                remedy: "give an absolute path, which begins with /; there is no ~ and no $VARIABLE here"
            )
        }
        return text
    }
}

extension SettingKind where Value == String? {
    /// Words of a person, on one line.
    static var words: SettingKind {
        SettingKind(accepts: "a line of text", isNumber: false) { text, _ throws(SettingFault) in
            do throws(NameError) { return try PlainText(text).text } catch {
                throw SettingFault(
                    problem: "cannot be \(Quotation.quoted(text))",
                    remedy: "write one line of plain text, up to \(PlainText.maximumBytes) bytes"
                )
            }
        } text: {
            $0
        }
    }

    static var optionalPath: SettingKind {
        SettingKind(accepts: "an absolute path", isNumber: false) { text, _ throws(SettingFault) in
            try SettingKind<String>.absolute(text)
        } text: {
            $0
        }
    }
}

extension SettingKind where Value == DaemonConfiguration.CredentialFile? {
    static var credentialFile: SettingKind {
        SettingKind(accepts: "an absolute path", isNumber: false) { text, _ throws(SettingFault) in
            DaemonConfiguration.CredentialFile(
                path: try SettingKind<String>.absolute(text),
                isFromServiceManager: false
            )
        } text: {
            $0?.path
        }
    }
}

extension SettingKind where Value == DaemonConfiguration.OperatorGroup? {
    static var group: SettingKind {
        SettingKind(accepts: "the name of a group on this machine", isNumber: false) {
            text,
            surroundings throws(SettingFault) in
            guard let id = surroundings.groupID(text) else {
                throw SettingFault(
                    problem: "is \(Quotation.quoted(text)), and this machine has no such group",
                    remedy: "create it (groupadd --system NAME), or name another: getent group"
                )
            }
            return DaemonConfiguration.OperatorGroup(name: text, id: id)
        } text: {
            $0?.name
        }
    }
}
