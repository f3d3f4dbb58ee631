import Foundation
import Glibc
import WarderConfiguration
import WarderLinux

/// Where the worker's entries stand: found anew for each step, so that an entry counts from its next use on.
struct WorkerEntries {
    /// Where somebody named it.
    var file: String?
    /// Whether the vault is this user's, although the machine has one.
    var isOwn: Bool

    /// The configuration of the vault that this worker belongs to.
    func load() throws -> DaemonConfiguration {
        let environment = ProcessInfo.processInfo.environment
        let owner: VaultPlaces.Owner
        do { owner = try isOwn ? .user(geteuid()) : VaultPlaces.find(environment: environment).owner } catch {
            throw WorkerStartError("there is no place where a vault of this user could be (\(error)); give --socket")
        }
        return try DaemonConfiguration.load(
            file: file,
            owner: owner,
            in: ConfigurationSurroundings(environment: environment)
        )
    }

    /// Says the same to the process of a step.
    var arguments: [String] { (file.map { ["--entries", $0] } ?? []) + (isOwn ? ["--own-entries"] : []) }
}
