/// A command whose secret arguments a shell takes from variables: `sh -c 'exec "$0" "$1" "$MCP_ARGUMENT_2"' npx -y {MCP_ARGUMENT_2}`.
///
/// The other arguments are parameters of the script and no part of it, so that nothing has to be quoted, and a reference
/// among them that the client replaces can do no harm. Where a secret stood its variable's name stands, which nobody
/// reads, so that every other argument keeps its place. The script has no braces, because clients take `${…}` for a
/// reference of their own; so it has no parameters with two digits either.
struct ShellCommand {
    /// What stands before the program: the shell and its script.
    let front: [String]
    /// What stands in the place of secret arguments, by their numbers.
    let standIns: [Int: String]

    /// Puts variables in the place of arguments.
    ///
    /// - Parameters:
    ///   - arguments: those behind the program, with their numbers.
    ///   - moves: those of arguments; for each of them ``canSay(before:in:)`` holds.
    init(_ arguments: ArraySlice<ServerEntry.Argument>, _ moves: [EntryDecision.Move]) {
        var words: [String?] = []
        var standIns: [Int: String] = [:]
        for (index, argument) in zip(arguments.indices, arguments) {
            let move = moves.first { $0.candidate.carrier == .argument(index) }
            words.append(
                move.map { move in
                    let head = argument.text.utf8.dropLast(move.candidate.value.utf8.count)
                    let text = String(decoding: head, as: UTF8.self)
                    standIns[index] = "\(text){\(move.variable)}"
                    return "\"\(text)$\(move.variable)\""
                }
            )
        }
        front = ["sh", "-c", words.count <= 9 ? Self.numbered(words) : Self.turned(words)]
        self.standIns = standIns
    }

    /// Whether a script can say an argument: what stands before the secret (`--token=`) must mean nothing to the shell.
    static func canSay(before value: String, in argument: String) -> Bool {
        argument.utf8.dropLast(value.utf8.count).allSatisfy(isPlain)
    }

    /// Whether a text is a script such as these: it names variables, and has no secret of its own.
    static func isScript(_ text: String) -> Bool {
        if let words = text.without(prefix: #"exec "$0""#) {
            return words == #" "$@""# || isWords(words, between: " ", and: "")
        }
        guard let steps = text.without(suffix: #"exec "$0" "$@""#), !steps.isEmpty else { return false }
        return isWords(steps, between: #"set -- "$@" "#, and: "; shift; ")
    }

    /// Whether a text consists of quoted words, each the beginning of an argument and a variable, with this around each.
    private static func isWords(_ text: Substring, between front: String, and back: String) -> Bool {
        var rest = text
        while !rest.isEmpty {
            guard let word = rest.without(prefix: front + "\""), let end = word.firstIndex(of: "\""),
                let after = word[word.index(after: end)...].without(prefix: back),
                let dollar = word[..<end].lastIndex(of: "$")
            else { return false }
            let name = word[..<end][word.index(after: dollar)...].utf8
            guard !name.isEmpty, name.allSatisfy({ $0.isUpper || $0.isDigit || $0 == UInt8(ascii: "_") }),
                word[..<dollar].utf8.allSatisfy(isPlain)
            else { return false }
            rest = after
        }
        return true
    }

    /// What means nothing to the shell between quotes.
    private static func isPlain(_ byte: UInt8) -> Bool { byte.isWord || "=:.,/@+ ".utf8.contains(byte) }

    /// Every word in its place; those that are none are parameters.
    private static func numbered(_ words: [String?]) -> String {
        words.enumerated().reduce(#"exec "$0""#) { $0 + " " + ($1.element ?? "\"$\($1.offset + 1)\"") }
    }

    /// Turns the parameters round until every word has come to its place.
    private static func turned(_ words: [String?]) -> String {
        words.map { #"set -- "$@" \#($0 ?? #""$1""#); shift; "# }.joined() + #"exec "$0" "$@""#
    }
}

extension StringProtocol where SubSequence == Substring {
    fileprivate func without(prefix: String) -> Substring? { hasPrefix(prefix) ? dropFirst(prefix.count) : nil }
    fileprivate func without(suffix: String) -> Substring? { hasSuffix(suffix) ? dropLast(suffix.count) : nil }
}
