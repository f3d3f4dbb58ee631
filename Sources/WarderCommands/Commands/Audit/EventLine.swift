import StrictJSON
import WarderModel

/// One event as it stands in the log: any fields, which this command need not know.
struct EventLine {
    let root: JSONNode

    init(_ root: JSONNode) { self.root = root }

    /// Reads one line of an export. The vault wrote these bytes itself: only their length is bounded.
    ///
    /// - Throws: `.malformedAnswer` for what is no event, and what the vault said instead of an event that it could not
    ///   read.
    init(parsing line: [UInt8]) throws(CommandFailure) {
        do throws(JSONError) {
            root = try JSONDocument(copying: line.span, limits: Self.limits).root
        } catch {
            throw .malformedAnswer
        }
        if let failure = ExportFailure(root) { throw CommandFailure(failure) }
        if missing != nil, number >= 1 { return }
        guard int("seq") != nil, time != nil, text("type") != nil else { throw .malformedAnswer }
    }

    private static let limits = JSONLimits(maxBytes: LineSplitter.maximumBytes, maxMembers: .max, maxTokens: .max)

    /// Why nobody knows what it said; `nil` for an event.
    var missing: MissingContent? { MissingContent(root) }
    /// What happened, if this version knows it.
    var action: Action? { text("type").flatMap(Action.init(rawValue:)) }
    var isRefused: Bool { root.member("decision")?.isText("refused") == true }
    /// Why, if this version knows it.
    var refusal: Refusal? { text("reason").flatMap(Refusal.init(rawValue:)) }
    var time: Timestamp? { text("time").flatMap { Timestamp(rfc3339: $0) } }
    var number: Int64 { int("seq") ?? 0 }
    var peer: JSONNode? { root.member("peer") }
    /// The systemd unit of the process that asked.
    var unit: String? { Self.text(peer?.member("unit")) }

    /// `github/create_issue`, as a command line takes it.
    var tool: String? {
        guard let tool = text("tool") else { return nil }
        return text("server").map { "\($0)/\(tool)" } ?? tool
    }

    func text(_ name: String) -> String? { Self.text(root.member(name)) }
    func int(_ name: String) -> Int64? { root.member(name).flatMap { try? $0.int() } }
    /// The strings of an array, such as `changes`.
    func texts(_ name: String) -> [String] { root.member(name)?.elements.compactMap { Self.text($0) } ?? [] }

    /// What stands behind `WORD=` in the first entry of the changes that begins so.
    func change(_ word: String) -> String? { changes(word).first }

    /// What stands behind `WORD=` in all entries of the changes that begin so.
    func changes(_ word: String) -> [String] {
        texts("changes").filter { $0.hasPrefix("\(word)=") }.map { String($0.dropFirst(word.count + 1)) }
    }

    /// A number or a string, as text.
    func scalar(_ name: String) -> String? { Self.scalar(root.member(name)) }

    static func text(_ node: JSONNode?) -> String? { node.flatMap { try? $0.string(allowingNUL: true) } }

    static func scalar(_ node: JSONNode?) -> String? {
        node.flatMap { try? $0.int() }.map(String.init) ?? text(node)
    }
}

/// The line with which the vault ends an export that it cannot go on with.
struct ExportFailure {
    let reason: String
    let after: Int64

    /// The beginning of such a line, and of no event.
    static let opening = Array("{\"export_failed\":".utf8)

    /// `nil` for everything else.
    init?(_ root: JSONNode) {
        guard let reason = EventLine.text(root.member("export_failed")) else { return nil }
        self.reason = reason
        after = root.member("after_seq").flatMap { try? $0.int() } ?? 0
    }
}

extension CommandFailure {
    /// The export ended before its end.
    init(_ failure: ExportFailure) {
        guard failure.reason != Refusal.logBroken.rawValue else {
            self.init(
                .server,
                "the log is not what was signed before, so that the vault signs no more of it (log_broken)",
                hints: ["What is damaged: warder doctor --deep", "The events without a signature: --no-manifest"]
            )
            return
        }
        self.init(
            .server,
            "the log could not be read on after event \(failure.after) (\(TerminalText.escaped(failure.reason)))",
            hints: ["What is damaged: warder doctor --deep", "What comes before it: warder audit search --until WHEN"]
        )
    }
}
