import Dispatch
import Logging
import ServiceLifecycle
import WarderCore
import WarderModel

/// Signs the log, at most once a second while events come and once a minute otherwise, and puts the checkpoint where
/// whoever has the database does not have it: a directory, and the system's journal where there is one.
///
/// A quiet log is signed all the same: that nothing happened can be shown too.
struct CheckpointKeeping: Service {
    private static let rhythm = Duration.seconds(1)
    /// Milliseconds between two checkpoints of a log to which nothing was added.
    private static let heartbeat: Int64 = 60_000
    private static let disk = DispatchQueue(label: "warder.checkpoints")
    private static let journal = DispatchQueue(label: "warder.checkpoints.journal")

    let vault: Vault
    /// `nil` where checkpoints lie in the database alone.
    let file: CheckpointFile?
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var said: String?
            var told: Int64 = 0
            while !Task.isCancelled {
                try? await Task.sleep(for: Self.rhythm)
                guard isDue else { continue }
                let problem = await sign(&told)
                if let problem, problem != said {
                    logger.error("the log could not be signed", metadata: ["reason": "\(problem)"])
                } else if problem == nil, said != nil {
                    logger.info("the log is signed again")
                }
                said = problem
            }
        }
        var told: Int64 = 0
        if vault.phase == .unsealed { _ = await sign(&told) }
    }

    private var isDue: Bool {
        guard vault.phase == .unsealed else { return false }
        guard let newest = vault.checkpoint else { return true }
        let age = vault.clock.now().wall.milliseconds - newest.time.milliseconds
        return newest.size < vault.sequence || age >= Self.heartbeat || age < 0
    }

    /// - Parameter told: when the daemon's own log and the journal were told last; they are, once a minute, where it grew.
    /// - Returns: why it could not be done; `nil` when it was.
    private func sign(_ told: inout Int64) async -> String? {
        do throws(Refusal) {
            let before = vault.checkpoint?.size
            let signed = try await vault.signCheckpoint()
            if signed.size != before, signed.time.milliseconds - told >= Self.heartbeat {
                told = signed.time.milliseconds
                logger.info("checkpoint", metadata: ["size": "\(signed.size)", "root": "\(signed.rootText)"])
                // As seldom as that: the journal throws away what comes too fast.
                Self.journal.async { CheckpointEntry(signed).send() }
            }
            return await put(signed)
        } catch {
            // Sealed meanwhile: there is nothing to sign with.
            return error == .sealed ? nil : error.rawValue
        }
    }

    /// Off the threads that everybody shares: a disk can hang.
    private func put(_ signed: StoredCheckpoint) async -> String? {
        guard let file, let foundation = vault.foundation, let origin = vault.state?.logOrigin(foundation) else {
            return nil
        }
        return await withCheckedContinuation { continuation in
            Self.disk.async {
                do throws(CheckpointFile.Refused) {
                    try file.write(signed.note, size: signed.size, of: origin)
                    vault.outside.note(nil, of: .checkpoints)
                    continuation.resume(returning: nil)
                } catch {
                    let isNewer = if case .newerIsThere = error { true } else { false }
                    vault.outside.note(isNewer ? .contradicted : .unwritable, of: .checkpoints)
                    continuation.resume(returning: "\(file.directory): \(error)")
                }
            }
        }
    }
}
