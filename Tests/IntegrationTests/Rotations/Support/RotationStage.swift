import Foundation
import Glibc
import Testing

/// A real daemon, a real worker with a gate before it, and an upstream: one secret that is rotated.
final class RotationStage {
    static let secret = "app/login"

    let vault: VaultProcess
    let gate: WorkerGate
    let worker: WorkerProcess
    let upstream: any RotatedUpstream

    /// `upstream`: made in the directory of the vault. `overlap` in seconds.
    init(
        program: String = Programs.path("warderd"),
        environment: [String: String] = [:],
        overlap: Int = 0,
        upstream make: (String) throws -> any RotatedUpstream
    ) throws {
        vault = try VaultProcess(profile: "single-user", settings: VaultProcess.withoutRateLimit)
        upstream = try make(vault.directory)
        try vault.addSetting("worker_user: root\nworker:\n  jobs: 1\n" + upstream.configuration)
        try vault.start(program: program, environment: environment)
        try vault.initialise()
        gate = try WorkerGate(path: vault.directory + "/run/gate.sock", daemon: vault.workerSocket)
        worker = try WorkerProcess(vault, socket: vault.directory + "/run/gate.sock")
        try vault.furnish(uid: 0, secret: "other/secret")
        try Self.prepare(vault, Self.secret, upstream, overlap: overlap)
    }

    deinit {
        gate.close()
        worker.kill()
    }

    /// Stores what is valid now, lets the tool have it, and says how it is rotated.
    static func prepare(
        _ vault: VaultProcess,
        _ secret: String,
        _ upstream: any RotatedUpstream,
        overlap: Int
    ) throws {
        func json(_ object: Any) throws -> String {
            String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self)
        }
        try vault.ask("PUT", "/v1/secrets/\(secret)", json(["fields": upstream.first]), expecting: 201)
        let fields = Array(upstream.first.keys)
        try vault.ask(
            "POST",
            "/v1/grants",
            json(["tool": "github/list", "secret": secret, "fields": fields]),
            expecting: 201
        )
        var plan: [String: Any] = [
            "rotator": upstream.rotator, "settings": upstream.settings, "overlap": overlap, "attempts": 1,
        ]
        if let helper = upstream.helper {
            try vault.ask("PUT", "/v1/secrets/\(secret)-admin", json(["fields": helper]), expecting: 201)
            plan["helper"] = secret + "-admin"
        }
        try vault.ask("PUT", "/v1/rotations/\(secret)", json(plan), expecting: 200)
    }

    // MARK: Asking

    func start() throws { try vault.ask("POST", "/v1/rotate/\(Self.secret)", "{}", expecting: 200) }

    func status() throws -> RotationView { try RotationView(vault, Self.secret) }

    /// What a server gets now.
    func resolve() throws -> [String: String] {
        let client = try vault.client()
        var values: [String: String] = [:]
        for field in upstream.first.keys {
            let body = #"{"tool":"github/list","secret":"\#(Self.secret)","field":"\#(field)"}"#
            let answer = try client.request("POST", "/v1/resolve", body: body)
            values[field] = try #require(answer.json["value"] as? String, "\(answer.body)")
        }
        return values
    }

    /// Waits until the rotation has come to its end, and does what a person may do to hurry it. One that needs a person
    /// has failed.
    func finish() throws {
        _ = try waiting(for: "the end of the rotation", seconds: 60) { () throws -> Bool? in
            let status = try status()
            if status.ended { return true }
            if status.waits == "person", status.phase != "failed" { throw Stuck(description: status.text) }
            if status.waits == "time" || status.waits == "person" {
                // Refused where it went on by itself meanwhile.
                try vault.ask("POST", "/v1/rotate-resume/\(Self.secret)")
            }
            return nil
        }
    }

    /// Upstream and vault agree: one version is current, it works, and nothing else is there that nobody knows of.
    ///
    /// `pending`: versions that an orphan left in the vault, for whoever takes it away.
    func check(_ when: String, pending: Int = 0, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let status = try status()
        #expect(status.phase == "retired", "\(when): \(status.text)", sourceLocation: sourceLocation)
        let states = try vault.versions(of: Self.secret).map(\.state)
        #expect(states.filter { $0 == "current" }.count == 1, "\(when): \(states)", sourceLocation: sourceLocation)
        let waiting = states.filter { $0 == "pending" }.count
        #expect(waiting == pending, "\(when): \(states)", sourceLocation: sourceLocation)
        let values = try resolve()
        let works = try upstream.accepts(values)
        #expect(works, "\(when): what servers get is refused", sourceLocation: sourceLocation)
        // Everything can be taken back here, so nothing may be left, not even listed.
        let there = try upstream.credentials()
        #expect(there == [upstream.credential(of: values)], "\(when)", sourceLocation: sourceLocation)
        #expect(status.orphans.isEmpty, "\(when): \(status.text)", sourceLocation: sourceLocation)
    }
}

/// A rotation as operators see it.
struct RotationView {
    let text: String
    private let summary: [String: Any]
    private var run: [String: Any] { summary["run"] as? [String: Any] ?? [:] }

    init(_ vault: VaultProcess, _ secret: String) throws {
        let answer = try vault.ask("GET", "/v1/rotations/\(secret)", expecting: 200)
        text = answer.body
        summary = (answer.json["rotations"] as? [[String: Any]])?.first ?? [:]
    }

    var phase: String? { run["phase"] as? String }
    var waits: String? { run["waits"] as? String }
    var step: String? { run["step"] as? String }
    var hasRun: Bool { !run.isEmpty }
    var ended: Bool { run["ended"] != nil }
    var attempt: Int? { run["attempt"] as? Int }
    var current: Int? { summary["current"] as? Int }
    var message: String? { (run["problem"] as? [String: Any])?["message"] as? String }
    var orphans: [[String: Any]] { summary["orphans"] as? [[String: Any]] ?? [] }
}

extension VaultProcess {
    /// Numbers and states, newest first.
    func versions(of secret: String) throws -> [(number: Int, state: String)] {
        let listed = try ask("GET", "/v1/secrets/\(secret)").json["versions"] as? [[String: Any]] ?? []
        return listed.compactMap { version in
            guard let number = version["version"] as? Int, let state = version["state"] as? String else { return nil }
            return (number, state)
        }
    }
}
