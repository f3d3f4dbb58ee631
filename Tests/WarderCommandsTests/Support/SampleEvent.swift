import Foundation
import StrictJSON
import WarderModel

@testable import WarderCommands

/// Events as the log has them, for tests of what reads them.
enum SampleEvent {
    /// An event with no more than every event has; a peer unless the vault itself acts.
    static func bare(_ action: Action, refusedBecause reason: Refusal? = nil) -> [String: Any] {
        var event: [String: Any] = [
            "action": action.effect.rawValue, "actor": actor(of: action),
            "decision": reason == nil ? "allowed" : "refused", "id": "evt_000102030405060708090a0b0c0d0e0f", "seq": 17,
            "time": "2026-11-21T09:30:00.250Z", "type": action.rawValue,
        ]
        event["reason"] = reason?.rawValue
        if action.permission != .vault {
            event["peer"] = ["attestation": "pidfd", "gid": 1002, "pid": 4242, "uid": 1001]
        }
        return event
    }

    /// An event in which every field has a value.
    static func full(_ action: Action, refusedBecause reason: Refusal? = nil) -> [String: Any] {
        var event = bare(action, refusedBecause: reason)
        event["peer"] = [
            "attestation": "pidfd", "exe": "/usr/bin/mcp-github", "exe_sha256": String(repeating: "ab", count: 32),
            "gid": 1002, "pid": 4242, "uid": 1001, "unit": "mcp-github.service",
        ]
        let texts = [
            "agent": "desktop 1.2", "approval": "apr_1", "arguments_digest": String(repeating: "1d", count: 32),
            "launch": "lch_0001", "on_behalf_of": "ada@example.org", "purpose": "file a bug", "request_id": "req-1",
            "secret": "github/pat",
            "server": "github", "session": "s-1", "token": "tok_0001", "tool": "create_issue",
            "tool_digest": String(repeating: "0c", count: 32), "trace_id": String(repeating: "2e", count: 16),
        ]
        for (name, text) in texts { event[name] = text }
        event["changes"] = ["name=grace", "uid=1004", "slot/5af2/passphrase", "operator/77@3", "version=0.1.0"]
        event["fields"] = ["user", "value"]
        event["duration_us"] = 1234
        event["version"] = 3
        return event
    }

    private static func actor(of action: Action) -> String {
        switch action.permission {
        case .vault: "vault"
        case .server: "process:1001"
        case .operatorSocket: "uid:1001"
        case .roles, .rolesOrOwner, .rolesOrVault, .anyOperator: "operator:ada"
        }
    }

    /// The line of an export, without its break.
    static func line(_ event: [String: Any]) throws -> [UInt8] {
        let data = try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys, .withoutEscapingSlashes])
        // Through the vault's own writer, for its escapes.
        return Array(IndentedJSON.line(try JSONDocument(parsing: Array(data)).root).dropLast())
    }

    /// A text as the vault writes it in JSON, with its quotes.
    static func text(_ text: String) throws -> [UInt8] {
        var json = JSONBuffer()
        json.string(text)
        return json.bytes
    }

    static func parsed(_ event: [String: Any]) throws -> EventLine { try EventLine(parsing: line(event)) }
}
