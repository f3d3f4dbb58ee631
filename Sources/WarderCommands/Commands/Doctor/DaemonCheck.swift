import SystemPackage
import WarderWire

/// What the daemon's status, and the kernel's view of its process, say about it.
struct DaemonCheck {
    let status: VaultStatus
    let commandVersion: String
    /// `memory.locked_limit` in bytes; `nil` where the configuration is not known.
    var lockedBytesWanted: Int?

    var findings: [Findings.Finding] {
        var findings: [Findings.Finding] = []
        switch status.state {
        case "unsealed": break
        case "sealed":
            findings.append(warning("sealed", "the vault is sealed: no server gets a credential", "warder unseal"))
        case "not_initialised": findings.append(warning("not_initialised", "the vault was never set up", "warder init"))
        default:
            findings.append(
                warning("unknown_state", "the vault is in a state that this command does not know", "warder status")
            )
        }
        if !status.memoryLocked {
            findings.append(
                warning(
                    "memory_not_locked",
                    "the daemon's memory is not locked: keys may reach the swap",
                    "set LimitMEMLOCK=64M in warderd's unit (for a shell: ulimit -l 65536), and start it again"
                )
            )
        } else if let lockedBytesWanted, let limit = Self.lockLimit(of: status.pid), limit < lockedBytesWanted {
            findings.append(
                warning(
                    "memory_lock_limit",
                    "the daemon may lock \(ByteCount.text(limit)), less than memory.locked_limit "
                        + "(\(ByteCount.text(lockedBytesWanted))): with many secrets that is too little",
                    "set LimitMEMLOCK=64M in warderd's unit (for a shell: ulimit -l 65536), or lower "
                        + "memory.locked_limit; then start it again"
                )
            )
        }
        if status.confined == false {
            findings.append(
                warning(
                    "not_confined",
                    "the daemon could not give up executing programs and reaching others: whoever got hold of it could",
                    "let the container, or SystemCallFilter= of warderd's unit, allow seccomp(2), and start it again"
                )
            )
        }
        if status.version != commandVersion {
            findings.append(
                warning(
                    "version_mismatch",
                    "warder is version \(commandVersion), warderd is version \(status.version)",
                    "install both from one release, and start warderd again"
                )
            )
        }
        return findings
    }

    /// Soft limit in bytes; nothing where there is none, where it does not apply (root), or where it cannot be read.
    private static func lockLimit(of pid: Int32) -> Int? {
        guard pid > 0, read("/proc/\(pid)/comm") == "warderd\n",
            let owner = field("Uid:", of: read("/proc/\(pid)/status"), at: 2), owner != "0"
        else { return nil }
        return field("Max locked memory", of: read("/proc/\(pid)/limits"), at: 1).flatMap(Int.init)
    }

    /// A word of the line that begins with `name`, counted behind the name; the name of `status` files counts as
    /// word 0.
    static func field(_ name: String, of text: String?, at position: Int) -> String? {
        guard let line = text?.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return nil }
        let words = line.dropFirst(name.utf8.count).split { $0 == " " || $0 == "\t" }
        return words.count >= position ? String(words[position - 1]) : nil
    }

    private static func read(_ path: String) -> String? {
        guard let file = try? FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]) else {
            return nil
        }
        defer { try? file.close() }
        var buffer = [UInt8](repeating: 0, count: 16_384)
        guard let count = try? unsafe buffer.withUnsafeMutableBytes({ bytes in try unsafe file.read(into: bytes) })
        else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }

    private func warning(_ code: String, _ message: String, _ remedy: String) -> Findings.Finding {
        Findings.Finding(severity: "warning", code: code, message: message, remedy: remedy)
    }
}
