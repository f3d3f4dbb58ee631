import ToolDefinitions

/// Asks a server for its tools, in either era of the protocol, and ends it.
struct MCPToolListing {
    /// Pages of one list.
    static let mostPages = 1000
    /// How often a list that changes meanwhile is begun anew.
    private static let mostAttempts = 3
    /// Seconds, and part of all the time, after which a server that says nothing is asked as in the time before
    /// `server/discover`.
    private static let discovery = (seconds: 5, part: 3)

    private let server: MCPServerProcess
    private let seconds: Int
    private let deadline: ContinuousClock.Instant
    private var lastID: Int64 = 0
    private var hasChanged = false

    /// Starts the server, asks it, and ends it; `seconds` are for everything, from the start to the last page.
    static func tools(
        of command: [String],
        environment: [String: String],
        seconds: Int
    ) throws(CommandFailure) -> [ToolDefinition] {
        let server: MCPServerProcess
        do throws(MCPFault) {
            server = try MCPServerProcess(command, environment: environment)
        } catch {
            throw CommandFailure(error, errors: "")
        }
        defer { server.end() }
        do throws(MCPFault) {
            var listing = MCPToolListing(server, seconds: seconds)
            return try listing.tools()
        } catch {
            throw CommandFailure(error, errors: server.lastErrors())
        }
    }

    private init(_ server: MCPServerProcess, seconds: Int) {
        self.server = server
        self.seconds = seconds
        deadline = .now + .seconds(seconds)
    }

    private mutating func tools() throws(MCPFault) -> [ToolDefinition] {
        let isModern = try begin()
        for _ in 0..<Self.mostAttempts {
            hasChanged = false
            let tools = try list(isModern: isModern)
            if !hasChanged { return tools }
        }
        throw .keepsChanging
    }

    /// Finds out how the server is spoken to. Whatever is no answer to `server/discover` means the earlier era.
    /// - Returns: whether it is the later one.
    private mutating func begin() throws(MCPFault) -> Bool {
        let discovery = nextID()
        try send(MCPRequest.discover(id: discovery))
        let patience = min(
            deadline,
            .now + min(.seconds(Self.discovery.seconds), .seconds(seconds) / Self.discovery.part)
        )
        if let (_, answer) = try answer(to: [discovery], before: patience), !answer.isError { return true }
        let handshake = nextID()
        try send(MCPRequest.initialise(id: handshake))
        // A server that was slow to start may still answer the first question.
        while let (id, answer) = try answer(to: [discovery, handshake], before: deadline) {
            if id == discovery {
                if !answer.isError { return true }
                continue
            }
            guard !answer.isError else { throw .refused }
            try send(MCPRequest.initialised)
            return false
        }
        throw .timedOut(seconds: seconds)
    }

    private mutating func list(isModern: Bool) throws(MCPFault) -> [ToolDefinition] {
        var pages: [ToolDefinitions.ToolList] = []
        var cursors: Set<String> = []
        var cursor: String?
        repeat {
            guard pages.count < Self.mostPages else { throw .tooManyPages(limit: Self.mostPages) }
            let id = nextID()
            try send(MCPRequest.list(id: id, cursor: cursor, isModern: isModern))
            guard let (_, answer) = try answer(to: [id], before: deadline) else { throw .timedOut(seconds: seconds) }
            let page = try parsed { () throws(ToolListError) in try ToolDefinitions.ToolList(parsing: answer.line) }
            pages.append(page)
            guard pages.reduce(0, { $0 + $1.tools.count }) <= ToolLimits.tools else {
                throw .list(.tooManyTools(limit: ToolLimits.tools))
            }
            cursor = page.nextCursor
            if let cursor, !cursors.insert(cursor).inserted { throw .cursorTwice }
        } while cursor != nil
        let all = pages
        return try parsed { () throws(ToolListError) in try ToolDefinitions.ToolList.joining(all).tools }
    }

    private func parsed<Value>(_ work: () throws(ToolListError) -> Value) throws(MCPFault) -> Value {
        do throws(ToolListError) { return try work() } catch { throw .list(error) }
    }

    private mutating func nextID() -> Int64 {
        lastID += 1
        return lastID
    }

    private func send(_ message: [UInt8]) throws(MCPFault) { try server.send(message, before: deadline, seconds) }

    /// The answer to one of the requests; everything else that comes meanwhile is passed over, or answered that nobody
    /// does it. `nil` where the time is up.
    private mutating func answer(
        to ids: Set<Int64>,
        before deadline: ContinuousClock.Instant
    ) throws(MCPFault) -> (id: Int64, answer: (isError: Bool, line: [UInt8]))? {
        while let line = try server.line(before: deadline) {
            guard let message = try MCPMessage(line) else { continue }
            switch message.kind {
            case .answer(let id, let isError):
                if ids.contains(id) { return (id, (isError, message.line)) }
            case .request(let id, let method): try send(MCPRequest.answer(to: id, method: method))
            case .notification(let method):
                if method == "notifications/tools/list_changed" { hasChanged = true }
            case .other: continue
            }
        }
        return nil
    }
}
