import Foundation
import WarderClient

/// What `WarderClient` costs beyond the same request over a bare socket: `client-meter SOCKET`.
///
/// Prints JSON: medians in microseconds over rounds in which the two take turns, so that both see the same machine.
@main
struct ClientMeter {
    private static let secret = "bench/value"
    private static let tool = "bench/read"
    private static let warmUp = 500
    private static let rounds = 40
    private static let calls = 50

    static func main() async throws {
        guard CommandLine.arguments.count == 2 else {
            FileHandle.standardError.write(Data("usage: client-meter SOCKET\n".utf8))
            exit(1)
        }
        let figures = try await measure(CommandLine.arguments[1])
        FileHandle.standardOutput.write(try JSONEncoder().encode(figures))
    }

    /// On a thread of the pool, where servers answer their calls, and not on the main one.
    @concurrent
    private static func measure(_ path: String) async throws -> [String: Double] {
        let bare = try BareSocket(path, secret: secret, tool: tool)
        let client = try WarderClient(WarderClientConfiguration(socketPath: path))
        for _ in 0..<warmUp {
            try bare.ask()
            _ = try await client.resolve(secret, for: tool)
        }
        var floors: [Double] = []
        var differences: [Double] = []
        for _ in 0..<rounds {
            let floor = try await timed { try bare.ask() }
            floors.append(floor)
            differences.append(try await timed { _ = try await client.resolve(secret, for: tool) } - floor)
        }
        await client.close()
        return ["swift_bare_us": median(floors), "swift_overhead_us": median(differences)]
    }

    /// The median of a round's calls, in microseconds.
    private static func timed(_ call: () async throws -> Void) async throws -> Double {
        var times: [Double] = []
        for _ in 0..<calls {
            let start = ContinuousClock.now
            try await call()
            times.append((ContinuousClock.now - start) / .microseconds(1))
        }
        return median(times)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}
