import Foundation
import Locking
import SecretMemory
import WarderClient
import WarderWire

typealias Answer = [String: Any]

/// What a call throws that was told to.
struct BodyFailed: Error {}

/// The commands of the protocol, one client for all of them.
final class Commands {
    private var client: WarderClient?
    private var taken: ResolvedSecret?
    private let heard = Locked<[SecretChange]>([])

    /// How often it looks for a change that was heard, and for a gate that was opened.
    private static let glance = Duration.milliseconds(5)

    func answer(_ command: Command) async -> Answer {
        do {
            return try await perform(command)
        } catch {
            return ["error": Self.failure(error)]
        }
    }

    private func perform(_ command: Command) async throws -> Answer {
        if command.name == "features" { return ["features": ["changes", "stale", "wall_clock"]] }
        if command.name == "jump" {
            try WallClock.jump(seconds: command.count("seconds"))
            return [:]
        }
        if command.name == "open" {
            var configuration = WarderClientConfiguration()
            if let timeout = command.duration("timeout") { configuration.timeout = timeout }
            if let patience = command.duration("approval_patience") { configuration.approvalPatience = patience }
            client = try WarderClient(configuration)
            return [:]
        }
        guard let client else { throw Command.Malformed() }
        switch command.name {
        case "health": return ["state": try await client.health().state]
        case "who_am_i": return ["servers": try await client.whoAmI().servers]
        case "resolve": return Self.given(try await Self.resolve(command.wish, client), try command.wish)
        case "resolve_many": return try await resolveMany(command.wish, command.count("count"), client)
        case "call": return try await call(command, client)
        case "take":
            let secret = try await Self.resolve(command.wish, client)
            taken = secret
            return Self.given(secret, try command.wish)
        case "report": return try await report(command, client)
        case "show": return try await show(command.wish, client)
        case "spawn": return try await spawn(command, client)
        case "listen": return try await listen(client)
        case "heard": return try await hear(command.duration("seconds") ?? .zero)
        case "close":
            await client.close()
            return [:]
        default: throw Command.Malformed()
        }
    }

    private static func failure(_ error: any Error) -> Answer {
        if let error = error as? WarderClientError {
            return ["code": "\(error.code)", "is_refusal": error.isRefusal, "is_retryable": error.isRetryable]
        }
        let code =
            switch error {
            case is BodyFailed: "body_failed"
            case is CredentialRefused: "credential_refused"
            default: "\(error)"
            }
        return ["code": code, "is_refusal": false, "is_retryable": false]
    }

    private static func resolve(_ wish: Wish, _ client: WarderClient) async throws(WarderClientError) -> ResolvedSecret
    {
        try await client.resolve(
            wish.secret,
            fields: wish.fields,
            for: wish.tool,
            toolDigest: wish.digest,
            arguments: wish.arguments,
            context: wish.context,
            maxStale: wish.maxStale
        )
    }

    private static func given(_ secret: ResolvedSecret, _ wish: Wish) -> Answer {
        var answer: Answer = ["hex": hex(secret.value), "version": Int(secret.version), "stale": secret.stale != nil]
        answer["value"] = secret.unprotectedText()
        if wish.fields.count > 1 {
            answer["fields"] = Dictionary(uniqueKeysWithValues: wish.fields.map { ($0, secret[$0].map(hex) ?? "") })
        }
        return answer
    }

    private static func hex(_ value: SecretBytes) -> String {
        let bytes = unsafe value.withUnsafeBytes { unsafe Array($0) }
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    private func resolveMany(_ wish: Wish, _ count: Int, _ client: WarderClient) async throws -> Answer {
        var values: [String: Int] = [:]
        var errors: [String: Int] = [:]
        await withTaskGroup(of: (value: String?, code: String?).self) { group in
            for _ in 0..<count {
                group.addTask {
                    do throws(WarderClientError) {
                        return (try await Self.resolve(wish, client).unprotectedText(), nil)
                    } catch {
                        return (nil, "\(error.code)")
                    }
                }
            }
            for await result in group {
                if let value = result.value { values[value, default: 0] += 1 }
                if let code = result.code { errors[code, default: 0] += 1 }
            }
        }
        return ["values": values, "errors": errors]
    }

    private func call(_ command: Command, _ client: WarderClient) async throws -> Answer {
        let wish = try command.wish
        var ran: [Answer] = []
        try await client.withCredential(
            wish.secret,
            fields: wish.fields,
            for: wish.tool,
            toolDigest: wish.digest,
            arguments: wish.arguments,
            context: wish.context,
            maxStale: wish.maxStale
        ) { secret in
            ran.append(Self.given(secret, wish))
            if let gate = command.text("gate") { try await Self.wait(at: gate) }
            if let hold = command.duration("hold") { try await Task.sleep(for: hold) }
            if command.isTrue("raise") { throw BodyFailed() }
            if let refused = command.text("refuse"), refused == secret.unprotectedText() { throw CredentialRefused() }
        }
        var answer = ran.last ?? [:]
        answer["ran"] = ran.count
        return answer
    }

    private static func wait(at gate: String) async throws {
        try Data().write(to: URL(filePath: gate + "/reached"))
        while !FileManager.default.fileExists(atPath: gate + "/open") { try await Task.sleep(for: glance) }
    }

    private static func wait(for wish: Wish, _ client: WarderClient, _ isOver: Locked<Bool>) async {
        _ = try? await resolve(wish, client)
        isOver.withLock { $0 = true }
    }

    /// Reports on the secret that was taken, while another call waits at the vault.
    private func report(_ command: Command, _ client: WarderClient) async throws -> Answer {
        guard let taken else { throw Command.Malformed() }
        let wish = try command.wish
        let isOver = Locked(false)
        Task { await Commands.wait(for: wish, client, isOver) }
        for _ in 0..<command.count("count") { try await client.report(CallReport(outcome: "ok"), on: taken) }
        return ["overtaken": isOver.withLock { $0 }]
    }

    /// Everything that a logger, a debugger or an encoder might make of a secret and of an error.
    private func show(_ wish: Wish, _ client: WarderClient) async throws -> Answer {
        let secret = try await Self.resolve(wish, client)
        do {
            _ = try await client.resolve("not/granted", for: wish.tool)
        } catch {
            var dumped = ""
            dump(secret, to: &dumped)
            dump(secret.value, to: &dumped)
            dump(error, to: &dumped)
            let children =
                Mirror(reflecting: secret).children.map { "\($0)" } + Mirror(reflecting: error).children.map { "\($0)" }
            return [
                "texts": [
                    "\(secret) \(secret.value)", String(reflecting: secret) + String(reflecting: secret.value), dumped,
                    children.joined(separator: " "), "\(error) \(error.localizedDescription)",
                    String(reflecting: error),
                ]
            ]
        }
        throw Command.Malformed()
    }

    /// What a program finds that is started by the process of a client.
    private func spawn(_ command: Command, _ client: WarderClient) async throws -> Answer {
        let wish = try command.wish
        let secret = try await Self.resolve(wish, client)
        guard let token = secret.tokenText, let socket = ProcessInfo.processInfo.environment["WARDER_SOCKET"] else {
            throw Command.Malformed()
        }
        let answer = try StartedProgram.answer(command.words("program")) { planted in
            let text = unsafe token.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
            let asked: Answer = ["socket": socket, "secret": wish.secret, "token": text, "planted": Int(planted)]
            return try JSONSerialization.data(withJSONObject: asked) + Data("\n".utf8)
        }
        return try JSONSerialization.jsonObject(with: answer) as? Answer ?? [:]
    }

    private func listen(_ client: WarderClient) async throws -> Answer {
        let heard = heard
        Task {
            for try await change in client.changes() { heard.withLock { $0.append(change) } }
        }
        return try await hear(.seconds(60))
    }

    private func hear(_ patience: Duration) async throws -> Answer {
        let end = ContinuousClock.now + patience
        while true {
            let change: SecretChange? = heard.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            switch change {
            case .version(_, let version): return ["kind": "version", "version": Int(version)]
            case .revoked: return ["kind": "revoked"]
            case .everything: return ["kind": "everything"]
            case .outOfTouch: return ["kind": "out_of_touch"]
            case nil: break
            }
            guard ContinuousClock.now < end else { return [:] }
            try await Task.sleep(for: Self.glance)
        }
    }
}
