import SecretMemory
import StrictJSON
import UnixHTTP
import WarderWire

/// One connection to the daemon, over which one job at a time is taken and answered.
final class DaemonLink {
    /// Where the daemon is.
    enum Address: Sendable, Hashable {
        case path(String)
        /// A connected socket, which is closed in the end.
        case connected(Int32)
    }

    /// What came of asking.
    enum Taken {
        case job(WorkerJob)
        case nothing
        /// The daemon has no jobs to give now; its status.
        case refused(Int)
        /// A job that this version does not understand.
        case unreadable
    }

    /// How long the daemon may take to notice that no job came up.
    private static let patienceSeconds = 20
    static let wait = JobSeconds(55)

    private let socket: UnixSocket

    init(_ address: Address) throws(ConnectionFault) {
        let patience = Self.wait.count + Self.patienceSeconds
        socket =
            switch address {
            case .path(let path): try UnixSocket(path: path, timeoutSeconds: patience)
            case .connected(let number): UnixSocket(connected: number, timeoutSeconds: patience)
            }
    }

    /// The descriptor, which becomes readable when the daemon goes away; it never speaks first.
    var number: Int32 { socket.number }

    /// Waits for a job.
    func take() throws(ConnectionFault) -> Taken {
        let (status, body) = try exchange("/v1/jobs/take", TakeJob(wait: Self.wait).json)
        switch status {
        case 200:
            guard let job = Self.job(body) else { return .unreadable }
            return .job(job)
        case 204: return .nothing
        default: return .refused(status)
        }
    }

    /// Hands over the result of a job.
    ///
    /// - Returns: Whether the daemon took it, or had stopped waiting for it.
    func report(_ id: String, _ result: SecretBytes) throws(ConnectionFault) -> Bool {
        var body = unsafe result.withUnsafeBytes { unsafe Array($0) }
        defer { zero(&body) }
        let (status, _) = try exchange("/v1/jobs/\(id)/result", body)
        return status == 204 || status == 404
    }

    private func exchange(_ path: String, _ body: [UInt8]) throws(ConnectionFault) -> (status: Int, body: [UInt8]) {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: warder\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        let bytes = Array(head.utf8)
        try unsafe socket.send(bytes.span.bytes)
        try unsafe socket.send(body.span.bytes)
        var reader = ResponseReader(socket)
        defer { reader.wipe { zero(&$0) } }
        let answer = try reader.head()
        var received: [UInt8] = []
        // Room for all of it at once: an array that grows leaves copies of a secret behind.
        received.reserveCapacity(min(answer.contentLength ?? 4096, Job.limits.maxBytes))
        do throws(ConnectionFault) {
            try reader.body(of: answer, maximumBytes: Job.limits.maxBytes) { piece throws(ConnectionFault) in
                unsafe piece.withUnsafeBytes { unsafe received.append(contentsOf: $0) }
            }
        } catch {
            zero(&received)
            throw error
        }
        guard answer.keepsConnection else {
            // A job that was given over a connection which ends is taken back.
            zero(&received)
            throw .closed
        }
        return (answer.status, received)
    }

    private static func job(_ body: consuming [UInt8]) -> WorkerJob? {
        do {
            let document = try JSONDocument(parsing: consume body, limits: Job.limits)
            return try WorkerJob.decode(document)
        } catch {
            return nil
        }
    }
}
