import Foundation
import Glibc
import WarderLinux

@testable import WarderConfiguration

/// A machine of its own in a temporary folder: `/etc`, `/run`, `/var/lib` and one home directory. Removed with the last
/// reference.
final class ConfigurationFixture: Sendable {
    let root: String
    /// The usual file of the machine's vault.
    let file: String

    init() throws {
        var template = Array("/tmp/warder-configuration-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) }.map { unsafe String(cString: $0) }
        }
        guard let made else { throw NoFolder(reason: errno) }
        root = made
        file = made + "/etc/warder/warder.yaml"
        for directory in ["etc/warder", "run", "var/lib", "home"] {
            try FileManager.default.createDirectory(
                atPath: "\(root)/\(directory)",
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o755]
            )
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func surroundings(_ environment: [String: String] = [:], uid: UInt32 = geteuid()) -> ConfigurationSurroundings {
        let home = root + "/home"
        return ConfigurationSurroundings(
            environment: environment,
            uid: uid,
            roots: VaultPlaces.Roots(
                run: root + "/run",
                state: root + "/var/lib",
                configuration: root + "/etc",
                home: { _ in home }
            ),
            groupID: { ["warder": 990, "wheel": 10][$0] },
            account: { name in
                let accounts = [
                    DaemonConfiguration.Account(name: "hooks", uid: 991, gid: 992),
                    DaemonConfiguration.Account(name: "warder-worker", uid: 993, gid: 993),
                ]
                return accounts.first { $0.name == name }
            }
        )
    }

    /// Writes the usual file.
    func write(_ text: String, mode: UInt32 = 0o644) throws {
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        guard unsafe chmod(file, mode) == 0 else { throw NoFolder(reason: errno) }
    }

    /// The machine's vault as the usual file has it.
    func load(_ text: String, environment: [String: String] = [:]) throws -> DaemonConfiguration {
        try write(text)
        return try DaemonConfiguration.load(owner: .system, in: surroundings(environment))
    }

    /// What is wrong with a text; `nil` when nothing is.
    func fault(_ text: String, environment: [String: String] = [:]) throws -> ConfigurationError? {
        do {
            _ = try load(text, environment: environment)
            return nil
        } catch let error as ConfigurationError {
            return error
        }
    }

    /// What holds for the machine's vault without a file.
    func defaults() throws -> DaemonConfiguration {
        try DaemonConfiguration.defaults(for: .system, in: surroundings())
    }

    struct NoFolder: Error {
        let reason: Int32
    }
}
