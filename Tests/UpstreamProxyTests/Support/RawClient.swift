import Dispatch
import Glibc

/// A connection that sends the bytes it is told to.
///
/// Unchecked, because all that changes is touched on its queue alone: blocking there keeps no task of the proxy waiting.
final class RawClient: @unchecked Sendable {
    struct Answer: Sendable {
        var status: Int
        var head: String
        var body: String

        func field(_ name: String) -> String? {
            for line in head.split(separator: "\r\n") {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2, parts[0].lowercased() == name.lowercased() {
                    return parts[1].drop { $0 == " " }.description
                }
            }
            return nil
        }
    }

    private let descriptor: Int32
    private var held: [UInt8] = []
    private let queue = DispatchQueue(label: "client")

    private func onQueue<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in queue.async { continuation.resume(returning: body()) } }
    }

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        _ = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failed() }
    }

    deinit { close(descriptor) }

    struct Failed: Error {}

    func send(_ text: String) async { await onQueue { self.write(text) } }

    private func write(_ text: String) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    /// The next answer; `nil` where the connection ends before it is whole.
    func answer(toHead: Bool = false) async -> Answer? { await onQueue { self.readAnswer(toHead: toHead) } }

    private func readAnswer(toHead: Bool) -> Answer? {
        guard let head = take(through: "\r\n\r\n"), let status = Int(head.dropFirst(9).prefix(3)) else { return nil }
        var answer = Answer(status: status, head: head, body: "")
        if toHead || status == 204 || status == 304 || status < 200 { return answer }
        if let length = answer.field("content-length").flatMap({ Int($0) }) {
            guard let body = take(length) else { return nil }
            answer.body = body
        } else if answer.field("transfer-encoding") == "chunked" {
            while true {
                guard let line = take(through: "\r\n"), let size = Int(Self.withoutEnd(line), radix: 16) else {
                    return nil
                }
                if size == 0 {
                    while let line = take(through: "\r\n"), line != "\r\n" { answer.head += line }
                    break
                }
                guard let chunk = take(size + 2) else { return nil }
                answer.body += Self.withoutEnd(chunk)
            }
        } else {
            while fill() {}
            answer.body = String(decoding: held, as: UTF8.self)
        }
        return answer
    }

    func ask(_ text: String) async -> Answer? {
        await send(text)
        return await answer(toHead: text.hasPrefix("HEAD"))
    }

    /// Whether the other side has closed, and sent nothing more.
    func isAtEnd() async -> Bool { await onQueue { self.held.isEmpty && !self.fill() } }

    func bytes(_ count: Int) async -> String? { await onQueue { self.take(count) } }

    private func take(_ count: Int) -> String? {
        while held.count < count { guard fill() else { return nil } }
        defer { held.removeFirst(count) }
        return String(decoding: held.prefix(count), as: UTF8.self)
    }

    private func take(through end: String) -> String? {
        let wanted = Array(end.utf8)
        while true {
            if held.count >= wanted.count {
                for start in 0...(held.count - wanted.count)
                where held[start..<start + wanted.count].elementsEqual(wanted) {
                    return take(start + wanted.count)
                }
            }
            guard fill() else { return nil }
        }
    }

    /// Without the last two bytes, which are one character.
    private static func withoutEnd(_ text: String) -> String { String(decoding: text.utf8.dropLast(2), as: UTF8.self) }

    private func fill() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return false }
        held += buffer[..<count]
        return true
    }
}
