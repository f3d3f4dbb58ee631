import Foundation
import NIOHTTP1
import StrictJSON
import WarderLinux
import WarderModel
import WarderTesting

@testable import WarderCore
@testable import WarderHTTP

extension Harness {
    /// Bodies by route: the first line is a method and a target as in a request, all behind it is the body. The route
    /// decodes and checks it and says what work there is; the work is not done.
    static let body = Harness("body") { input in
        var rest = Input(input)
        guard let line = String(exactly: rest.line()), let space = line.firstIndex(of: " "),
            let target = RequestTarget(String(line[line.index(after: space)...]))
        else { return }
        let method = HTTPMethod(rawValue: String(line[..<space]))
        for (door, table) in [(Caller.Door.client, RouteTable.client), (.operator, RouteTable.operator)] {
            guard let match = try? table.find(method, target) else { continue }
            try hold(match.route.method == method, "a route is found by its own method")
            try hold(!match.parameters.values.contains(""), "no part of a path is empty")
            let body = Array(rest.rest)
            guard match.route.body != .none || body.isEmpty else { continue }
            let isTaken = try isAccepted(match, target, body, door)
            guard let canonical = canonical(body) else { continue }
            // Spelling decides nothing; only numbers may become ones that are taken, because 1.0 is no integer here.
            if isTaken {
                try hold(try isAccepted(match, target, canonical, door), "one value, one answer")
            }
        }
    }

    private static func isAccepted(
        _ match: RouteMatch,
        _ target: RequestTarget,
        _ body: [UInt8],
        _ door: Caller.Door
    ) throws -> Bool {
        let head = HTTPRequestHead(version: .http1_1, method: match.route.method, uri: "/", headers: ["host": "w"])
        let context = try server.get().context
        let exchange = Exchange(
            caller: Caller(door: door, peer: .synthetic(), requestID: "req_fuzz"),
            match: match,
            target: target,
            fields: try RequestFields(head),
            body: body,
            connection: JobBoard.Line(name: "fuzz", hangUp: {}),
            launchLine: nil,
            context: context
        )
        do throws(Problem) {
            _ = try match.route.work(exchange)
            return true
        } catch {
            // The dictionary has this word, and no message of ours does.
            try hold(!error.message.contains("kanari"), "a message never quotes what was sent")
            try hold((400...599).contains(error.status.rawValue), "a problem is an error")
            return false
        }
    }

    private static func canonical(_ body: [UInt8]) -> [UInt8]? {
        guard let document = try? JSONDocument(copying: body.span) else { return nil }
        return try? CanonicalJSON.bytes(of: document.root)
    }

    /// A server on a vault that nobody has set up, with no socket and a database that is deleted already.
    private static let server = Result {
        let kit = try TestVault(uninitialisedFor: 1000)
        // libFuzzer ends the process without a word, and the open database needs no name.
        try FileManager.default.removeItem(atPath: kit.directory.path)
        let context = ServerContext(
            vault: kit.vault,
            attestor: Attestor(options: AttestationOptions(sha256: { NoDigest() })),
            limits: ServerLimits(),
            facts: DaemonFacts(
                version: "0.0.0",
                started: FixedKeys.time.description,
                clientSocket: "/nowhere",
                profile: "team",
                passphraseCost: (2, 19 << 20)
            ),
            logger: .silent
        )
        return (kit: kit, context: context)
    }

    private struct NoDigest: StreamingDigest {
        mutating func update(_ bytes: RawSpan) {}
        mutating func finish() -> [UInt8] { [] }
    }
}
