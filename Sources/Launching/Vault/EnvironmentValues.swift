import SecretMemory
import StrictJSON
package import WarderLinux
package import WarderModel

/// Values for a server's environment, each behind the name of its variable.
package struct EnvironmentValues {
    /// The versions that they are of.
    package private(set) var versions: [EnvironmentSecret: UInt32] = [:]
    /// `NAME=value` and a NUL.
    private var entries: [Entry] = []

    private static let patience = 10

    private struct Entry: EnvironmentEntry {
        let text: SecretBytes

        func withMemory(_ body: (UnsafeRawPointer) -> Void) {
            unsafe text.withUnsafeBytes { bytes in
                if let base = bytes.baseAddress { unsafe body(base) }
            }
        }
    }

    /// None.
    init() {}

    /// Asks the vault for them, as what the server needs just to run, and waits for the answers. Fields of one secret
    /// are of one version: a user's name and the password of another never meet.
    package init(_ secrets: [EnvironmentSecret], of server: ServerName, socket path: String) throws(LaunchFault) {
        self.init()
        if secrets.isEmpty { return }
        let inquiry = try ValueInquiry(secrets, of: server, socket: path, patience: Self.patience, waits: true)
        while true {
            guard let values = try inquiry.receive() else { continue }
            self = values
            return
        }
    }

    /// The environment of a server that gets them.
    ///
    /// `own`: other variables to set.
    package func block(adding own: [String: String]) -> EnvironmentBlock {
        EnvironmentBlock(adding: own, names: Set(versions.keys.map(\.variable)), entries: entries)
    }

    /// Adds what the vault has answered for these fields of one secret.
    mutating func add(_ secrets: [EnvironmentSecret], _ answer: JSONNode) throws(LaunchFault) {
        let (values, version) = try Self.read(answer)
        for secret in secrets {
            guard let value = values[secret.field.text] else { throw .malformed }
            entries.append(try Self.entry(secret, value))
            versions[secret] = version
        }
    }

    private static func read(_ answer: JSONNode) throws(LaunchFault) -> ([String: SecretBytes], UInt32) {
        do {
            guard let version = try answer.member("version").map({ try $0.int() }).flatMap({ UInt32(exactly: $0) }),
                let list = answer.member("values")?.elements
            else { throw LaunchFault.malformed }
            var values: [String: SecretBytes] = [:]
            for item in list {
                guard let field = try item.member("field")?.string() else { throw LaunchFault.malformed }
                values[field] = try value(item)
            }
            return (values, version)
        } catch {
            throw .malformed
        }
    }

    private static func value(_ item: JSONNode) throws -> SecretBytes {
        if let text = item.member("value") { return try text.secret() }
        guard let base64 = item.member("value_base64") else { throw LaunchFault.malformed }
        return try SecretBytes(base64: base64.secret())
    }

    private static func entry(_ secret: EnvironmentSecret, _ value: SecretBytes) throws(LaunchFault) -> Entry {
        let name = Array((secret.variable + "=").utf8)
        let holdsNUL = unsafe value.withUnsafeBytes { unsafe $0.contains(0) }
        guard !holdsNUL else { throw .unfitValue(secret) }
        do throws(SecretMemoryError) {
            return Entry(
                text: try unsafe SecretBytes(
                    count: name.count + value.count + 1,
                    filling: { memory in
                        unsafe memory.copyBytes(from: name)
                        let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: memory[name.count...])
                        unsafe value.withUnsafeBytes { unsafe rest.copyMemory(from: $0) }
                    }
                )
            )
        } catch { throw .memory }
    }
}
