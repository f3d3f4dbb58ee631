/// Fields of events that can be searched for; those of docs/formats/event.md.
package enum EventField {
    /// `peer.uid` stands for one inside of another.
    package static let searchable: Set<String> = [
        "action", "actor", "agent", "approval", "arguments_digest", "changes", "decision", "duration_us", "fields",
        "id", "launch", "on_behalf_of", "peer.attestation", "peer.exe", "peer.exe_sha256", "peer.gid", "peer.pid",
        "peer.uid",
        "peer.unit", "purpose", "reason", "request_id", "secret", "seq", "server", "session", "token", "tool",
        "tool_digest", "trace_id", "type", "version",
    ]
}
