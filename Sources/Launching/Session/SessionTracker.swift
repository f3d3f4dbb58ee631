import StrictJSON

/// What a client and a server are at, from what they say to each other: which requests have no answer yet, and what a
/// new process has to be told so that it can go on where the old one was.
///
/// It knows both eras of the protocol. Of a line that it does not understand it only knows that it was there: then
/// nobody can say any more what is in flight, and it says so.
package struct SessionTracker {
    /// Something whose answer is awaited, by its id as JSON has it.
    private typealias ID = String

    /// Larger lines are not looked at, in bytes.
    package static let maximumLine = 8 << 20
    /// With more requests in flight nobody counts them any more.
    private static let maximumInFlight = 10_000
    /// Longer ids are not kept, in bytes.
    package static let maximumID = 256
    /// Of the requests whose streams stay open together, in bytes.
    private static let maximumStreams = 16 << 20
    private static let limits = JSONLimits(
        maxBytes: maximumLine,
        maxDepth: 512,
        maxMembers: 1_000_000,
        maxTokens: 4_000_000
    )

    private var fromClient: Set<ID> = []
    private var fromServer: Set<ID> = []
    private var initialize: (id: ID, line: [UInt8])?
    private var isInitialised = false
    private var initialised: [UInt8]?
    /// Streams that stay open, each with the request that opened it.
    private var streams: [(id: ID, line: [UInt8])] = []
    /// Whether something was said that was not understood.
    package private(set) var isBlind = false

    package init() {}

    /// Whether no request waits for an answer, on either side. Streams that stay open do not count: they are opened
    /// anew.
    package var isQuiet: Bool { !isBlind && fromClient.isEmpty && fromServer.isEmpty }

    /// A line was not looked at, or holds what is not kept: from now on nobody knows what is in flight, and nothing is
    /// kept of it.
    package mutating func loseSight() {
        isBlind = true
        (fromClient, fromServer, streams) = ([], [], [])
    }

    // MARK: Watching

    /// Whether a line of the client holds a request, which can wait; an answer cannot, and neither can a notification.
    package static func isRequest(_ line: [UInt8]) -> Bool {
        guard let document = document(line) else { return false }
        return messages(document).contains { $0.member("method") != nil && id($0) != nil }
    }

    /// Takes down a line of the client, without its end.
    package mutating func clientSaid(_ line: [UInt8]) {
        if isBlind || Self.isBlank(line) { return }
        guard let document = Self.document(line) else { return loseSight() }
        for message in Self.messages(document) {
            guard let method = Self.text(message.member("method")) else {
                if let id = Self.id(message) { fromServer.remove(id) }
                continue
            }
            if let id = Self.id(message) {
                take(method, id, line)
            } else if method == "notifications/initialized" {
                initialised = line
            } else if method == "notifications/cancelled", let id = Self.cancelled(message) {
                // Whether an answer still comes is up to the server.
                fromClient.remove(id)
                streams.removeAll { $0.id == id }
            }
        }
    }

    /// Takes down a line of the server, without its end.
    package mutating func serverSaid(_ line: [UInt8]) {
        // Whatever else a server prints is no message.
        guard !isBlind, let document = Self.document(line) else { return }
        for message in Self.messages(document) {
            if let method = Self.text(message.member("method")) {
                if let id = Self.id(message) {
                    fromServer.insert(id)
                    keepCount(id)
                } else if method == "notifications/cancelled", let id = Self.cancelled(message) {
                    fromServer.remove(id)
                    streams.removeAll { $0.id == id }
                }
            } else if let id = Self.id(message) {
                fromClient.remove(id)
                streams.removeAll { $0.id == id }
                if id == initialize?.id { isInitialised = message.member("error") == nil }
            }
        }
    }

    private mutating func take(_ method: String, _ id: ID, _ line: [UInt8]) {
        switch method {
        case "subscriptions/listen":
            streams.append((id, line))
            if streams.reduce(0, { $0 + $1.line.count }) > Self.maximumStreams { loseSight() }
        case "initialize":
            initialize = (id, line)
            fromClient.insert(id)
        default: fromClient.insert(id)
        }
        keepCount(id)
    }

    private mutating func keepCount(_ id: ID) {
        if id.utf8.count > Self.maximumID
            || max(streams.count, fromClient.count, fromServer.count) > Self.maximumInFlight
        {
            loseSight()
        }
    }

    // MARK: Going on

    /// What a new process is told first.
    package struct Opening {
        /// The handshake of the older era, whose answer the client has had already.
        package let initialize: [UInt8]?
        /// What ended that handshake.
        package let initialised: [UInt8]?
        /// Requests whose streams stay open.
        package let streams: [[UInt8]]
    }

    package var opening: Opening {
        Opening(
            initialize: isInitialised ? initialize?.line : nil,
            initialised: isInitialised ? initialised : nil,
            streams: streams.map(\.line)
        )
    }

    /// What a server makes of the handshake.
    package enum HandshakeAnswer {
        case accepted
        case refused
    }

    /// What a line of the server says to the handshake; `nil` where it says nothing to it.
    package func handshakeAnswer(in line: [UInt8]) -> HandshakeAnswer? {
        guard let initialize, let document = Self.document(line) else { return nil }
        for message in Self.messages(document)
        where message.member("method") == nil && Self.id(message) == initialize.id {
            if message.member("result") != nil { return .accepted }
            if message.member("error") != nil { return .refused }
        }
        return nil
    }

    // MARK: Reading

    private static func document(_ line: [UInt8]) -> JSONDocument? {
        do { return try JSONDocument(copying: line.span, limits: limits) } catch { return nil }
    }

    /// One message, or those of a batch.
    private static func messages(_ document: JSONDocument) -> [JSONNode] {
        document.root.kind == .array ? Array(document.root.elements) : [document.root]
    }

    private static func text(_ node: JSONNode?) -> String? {
        guard let node, node.kind == .string else { return nil }
        return try? node.string(allowingNUL: true)
    }

    /// Texts and numbers are different ids.
    private static func id(_ message: JSONNode) -> ID? { key(message.member("id")) }

    private static func key(_ node: JSONNode?) -> ID? {
        guard let node, !node.isNull else { return nil }
        if let text = text(node) { return "s" + text }
        return "n" + String(decoding: node.rawBytes, as: UTF8.self)
    }

    private static func cancelled(_ message: JSONNode) -> ID? { key(message.member("params")?.member("requestId")) }

    private static func isBlank(_ line: [UInt8]) -> Bool {
        line.allSatisfy { [0x20, 0x09, 0x0D].contains($0) }
    }
}
