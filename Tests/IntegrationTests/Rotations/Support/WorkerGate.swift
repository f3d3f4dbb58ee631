import Foundation
import Glibc
import Locking

/// Stands between a worker and its daemon, hears what they say, and stops them at a named point of a step.
///
/// Both sides are the real ones; what is withheld is what a kill in that moment would have lost.
final class WorkerGate: Sendable {
    /// A point in the conversation about a step.
    struct Point: Hashable, Sendable {
        enum Moment: String, Sendable {
            /// The daemon has written the step down and handed it out; no worker has got it.
            case offered
            /// The worker has done it; the daemon has not heard.
            case answered
            /// The daemon has heard; the worker asks for the next one, and is not heard.
            case settled
        }

        let step: String
        let moment: Moment
    }

    private struct State {
        var isOpen = true
        var point: Point?
        var isReached = false
        var failing: Set<String> = []
    }

    private let state = Locked(State())
    private let listener: Int32
    private let daemon: String

    /// `path`: where the worker asks; `daemon`: the daemon's own socket for workers.
    init(path: String, daemon: String) throws {
        self.daemon = daemon
        listener = try UnixDescriptor.listen(path)
        let thread = Thread { [self] in accept() }
        thread.start()
    }

    func close() {
        state.withLock { $0.isOpen = false }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    // MARK: What a test says

    /// Stops the conversation at this point, once it comes there.
    func stop(at point: Point) {
        state.withLock { state in
            state.point = point
            state.isReached = false
        }
    }

    /// Whether something was withheld there.
    var isReached: Bool { state.withLock { $0.isReached } }

    func waitUntilReached() throws {
        let point = state.withLock { $0.point }
        _ = try waiting(for: point.map { "\($0)" } ?? "no point") { isReached ? true : nil }
    }

    /// Lets everything pass, also what was withheld.
    func open() {
        state.withLock { state in
            state.point = nil
            state.isReached = false
        }
    }

    /// Lets the answers to these steps be that they failed and that a person must act, whatever the worker did.
    func fail(_ steps: Set<String>) { state.withLock { $0.failing = steps } }

    // MARK: Connections

    private func accept() {
        while true {
            let worker = Glibc.accept(listener, nil, nil)
            guard worker >= 0, state.withLock({ $0.isOpen }) else { break }
            guard let daemon = UnixDescriptor.connect(daemon) else {
                // The daemon is away, and so is the gate.
                Glibc.close(worker)
                continue
            }
            let thread = Thread { [self] in
                var talk = GatedTalk(worker: worker, daemon: daemon)
                talk.run(through: self)
            }
            thread.start()
        }
        Glibc.close(listener)
    }

    var isOpen: Bool { state.withLock { $0.isOpen } }

    /// Whether a message at this point waits.
    func withholds(_ point: Point) -> Bool {
        state.withLock { state in
            guard state.point == point else { return false }
            state.isReached = true
            return true
        }
    }

    func fails(_ step: String) -> Bool { state.withLock { $0.failing.contains(step) } }
}

/// One connection of a worker, in the hands of the gate.
private struct GatedTalk {
    private struct Message {
        var bytes: [UInt8]
        let goesTo: Int32
        let point: WorkerGate.Point?
    }

    let worker: Int32
    let daemon: Int32
    private var heard: [Int32: [UInt8]] = [:]
    private var waiting: [Message] = []
    /// The step that the worker is at.
    private var step = ""
    /// The step that it answered last.
    private var answered = ""

    init(worker: Int32, daemon: Int32) { (self.worker, self.daemon) = (worker, daemon) }

    /// Until either side has gone.
    mutating func run(through gate: WorkerGate) {
        defer {
            close(worker)
            close(daemon)
        }
        while gate.isOpen {
            while let first = waiting.first, !(first.point.map(gate.withholds) ?? false) {
                guard UnixDescriptor.send(first.bytes, to: first.goesTo) else { return }
                waiting.removeFirst()
            }
            var polled = [worker, daemon].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard unsafe poll(&polled, 2, 10) >= 0 else { return }
            for side in polled where side.revents != 0 {
                guard let piece = UnixDescriptor.receive(from: side.fd) else { return }
                heard[side.fd, default: []] += piece
                take(from: side.fd, gate)
            }
        }
    }

    private mutating func take(from side: Int32, _ gate: WorkerGate) {
        while let message = Self.cut(&heard[side, default: []]) {
            waiting.append(side == daemon ? ofDaemon(message) : ofWorker(message, gate))
        }
    }

    private mutating func ofDaemon(_ bytes: [UInt8]) -> Message {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let start = text.range(of: #""step":""#), let end = text[start.upperBound...].firstIndex(of: "\"") else {
            return Message(bytes: bytes, goesTo: worker, point: nil)
        }
        step = String(text[start.upperBound..<end])
        return Message(bytes: bytes, goesTo: worker, point: .init(step: step, moment: .offered))
    }

    private mutating func ofWorker(_ bytes: [UInt8], _ gate: WorkerGate) -> Message {
        guard !bytes.starts(with: Array("POST /v1/jobs/take".utf8)) else {
            return Message(bytes: bytes, goesTo: daemon, point: .init(step: answered, moment: .settled))
        }
        answered = step
        let point = WorkerGate.Point(step: step, moment: .answered)
        guard gate.fails(step) else { return Message(bytes: bytes, goesTo: daemon, point: point) }
        let line = String(decoding: bytes.prefix { $0 != 0x0D }, as: UTF8.self)
        let body = #"{"outcome":"failed","message":"not this time","retry":false}"#
        let head =
            "\(line)\r\nHost: warder\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        return Message(bytes: Array((head + body).utf8), goesTo: daemon, point: point)
    }

    /// Takes a whole message off, if there is one.
    private static func cut(_ bytes: inout [UInt8]) -> [UInt8]? {
        let mark = Array("\r\n\r\n".utf8)
        guard let end = bytes.indices.first(where: { bytes[$0...].starts(with: mark) }) else { return nil }
        let head = String(decoding: bytes[..<end], as: UTF8.self).lowercased()
        let length = head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
        let count = length.flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        guard bytes.count >= end + 4 + count else { return nil }
        defer { bytes.removeFirst(end + 4 + count) }
        return Array(bytes[..<(end + 4 + count)])
    }
}

/// Sockets as the gate needs them: blocking, and closed by whoever opened them.
private enum UnixDescriptor {
    static func listen(_ path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        let bound = unsafe withAddress(path) { unsafe bind(descriptor, $0, $1) }
        guard bound == 0, Glibc.listen(descriptor, 16) == 0 else {
            throw Stuck(description: "no socket at \(path): error \(errno)")
        }
        return descriptor
    }

    static func connect(_ path: String) -> Int32? {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        if unsafe withAddress(path, { unsafe Glibc.connect(descriptor, $0, $1) }) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    static func send(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    static func receive(from descriptor: Int32) -> [UInt8]? {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &piece, piece.count, 0)
        return count > 0 ? Array(piece[..<count]) : nil
    }

    private static func withAddress(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
