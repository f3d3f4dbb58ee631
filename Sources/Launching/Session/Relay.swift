import WarderLinux

/// What a client and a server say, passed on byte for byte and looked at on the way.
///
/// Both directions are bounded: what one side does not read, the other cannot say. Towards the server whole lines go,
/// so that a server which is started anew never gets half of one.
struct Relay {
    /// What of the client passes.
    private enum Gate {
        case open
        /// New requests wait, because the server is about to be started anew; not for ever, as what is in flight may
        /// take long.
        case holding(until: ContinuousClock.Instant)
        /// Everything waits for the next server.
        case shut
    }

    /// A server that is started anew, and the handshake.
    private enum Handshake {
        case none
        /// It has been told how the session began, and is told the rest when it has answered.
        case awaited(SessionTracker.Opening)
        case refused
    }

    /// How long new requests wait for those before them.
    private static let patience = Duration.seconds(10)
    /// What a new server may say before its answer while the client does not read, in bytes.
    private static let maximumBeforeAnswer = 1 << 20

    private(set) var tracker = SessionTracker()
    private var fromClient = LineBuffer()
    private var fromServer = LineBuffer()
    private var toServer = Outbox()
    private var toClient = Outbox()
    private var held = HeldLines()
    private var gate = Gate.open
    private var handshake = Handshake.none
    /// Whether the client has closed its end.
    private(set) var clientIsDone = false
    /// Whether nobody reads what the server says.
    private(set) var clientIsGone = false

    /// Whether a new process can take the place of the old one without anybody noticing.
    var isQuiet: Bool { tracker.isQuiet && !fromClient.isMidLine && toServer.isEmpty && !isOpening }

    /// Whether a new server has not answered the handshake yet.
    var isOpening: Bool { if case .none = handshake { false } else { true } }
    /// Whether it has, and does not want to.
    var isRefused: Bool { if case .refused = handshake { true } else { false } }

    var wantsClient: Bool { !clientIsDone && toServer.isEmpty && !held.isFull }
    var wantsServer: Bool { isOpening ? toClientCount < Self.maximumBeforeAnswer : toClient.isEmpty }
    var hasForServer: Bool { !toServer.isEmpty }
    var hasForClient: Bool { !toClient.isEmpty }
    /// Bytes that the client has not read.
    var toClientCount: Int { toClient.count }
    /// Whether everything that the client said is at the server.
    var isDelivered: Bool {
        if case .open = gate { clientIsDone && toServer.isEmpty } else { false }
    }

    // MARK: From the client

    /// Takes what the client said; empty when it has closed its end.
    mutating func clientSaid(_ bytes: [UInt8]) {
        if bytes.isEmpty {
            clientIsDone = true
            return release()
        }
        fromClient.append(bytes)
        while let piece = fromClient.next(limit: SessionTracker.maximumLine) {
            if case .raw = piece { tracker.loseSight() }
            take(piece)
        }
    }

    private mutating func take(_ piece: LineBuffer.Piece) {
        switch (gate, piece) {
        case (.open, _): pass(piece)
        case (.shut, _): held.append(piece)
        case (.holding, .line(let line)):
            if SessionTracker.isRequest(line) { held.append(piece) } else { pass(piece) }
        case (.holding, .raw):
            release()
            pass(piece)
        }
    }

    private mutating func pass(_ piece: LineBuffer.Piece) {
        switch piece {
        case .line(let line):
            tracker.clientSaid(line)
            toServer.append(line: line)
        case .raw(let bytes): toServer.append(bytes)
        }
    }

    // MARK: Between two servers

    /// When held requests have waited long enough; `nil` where none are held.
    var due: ContinuousClock.Instant? {
        if case .holding(let until) = gate { until } else { nil }
    }

    /// From now on new requests wait, for a while.
    mutating func hold(_ now: ContinuousClock.Instant) {
        if case .open = gate { gate = .holding(until: now + Self.patience) }
    }

    /// Lets what was held go to the server that is there, unless there is none.
    mutating func release() {
        if case .shut = gate { return }
        gate = .open
        for piece in held.takeAll() { pass(piece) }
        // What it said last, without an end.
        if clientIsDone { toServer.append(fromClient.takeAll()) }
    }

    /// From now on everything waits: the server is ended, and another follows.
    mutating func shut() { gate = .shut }

    /// Another server is there: it is told what the one before was told, so that it goes on with the session.
    mutating func open() {
        let opening = tracker.opening
        gate = .shut
        guard let initialize = opening.initialize else { return goOn(opening) }
        handshake = .awaited(opening)
        toServer.append(line: initialize)
    }

    private mutating func goOn(_ opening: SessionTracker.Opening) {
        handshake = .none
        for line in [opening.initialised].compactMap(\.self) + opening.streams { toServer.append(line: line) }
        gate = .open
        release()
    }

    // MARK: To the server

    /// Gives the server what it takes; `false` when it takes nothing any more.
    mutating func write(to input: PipeEnd) -> Bool {
        while !toServer.isEmpty {
            let count = unsafe toServer.rest.withUnsafeBytes { unsafe input.write($0) }
            guard let count else {
                toServer.dropAll()
                return false
            }
            if count == 0 { return true }
            toServer.drop(count)
        }
        return true
    }

    // MARK: From the server

    /// Takes what the server said.
    mutating func serverSaid(_ bytes: [UInt8]) {
        fromServer.append(bytes)
        while let piece = fromServer.next(limit: SessionTracker.maximumLine) {
            switch piece {
            case .raw(let bytes):
                tracker.loseSight()
                toClient.append(bytes)
            case .line(let line):
                tracker.serverSaid(line)
                if !isForLauncher(line) { toClient.append(line: line) }
            }
        }
    }

    /// The client has the answer to its handshake from the first server.
    private mutating func isForLauncher(_ line: [UInt8]) -> Bool {
        guard case .awaited(let opening) = handshake, let answer = tracker.handshakeAnswer(in: line) else {
            return false
        }
        switch answer {
        case .accepted: goOn(opening)
        case .refused: handshake = .refused
        }
        return true
    }

    /// A server has ended. A line that it did not end is ended for it where another server follows.
    mutating func serverEnded(isFollowed: Bool) {
        handshake = .none
        toServer.dropAll()
        let rest = fromServer.takeAll()
        fromServer = LineBuffer()
        guard !rest.isEmpty else { return }
        if isFollowed { toClient.append(line: rest) } else { toClient.append(rest) }
    }

    /// Gives the client what it takes.
    mutating func writeToClient() {
        guard let count = StandardStreams.write(toClient.rest) else {
            clientIsGone = true
            toClient.dropAll()
            return
        }
        toClient.drop(count)
    }
}
