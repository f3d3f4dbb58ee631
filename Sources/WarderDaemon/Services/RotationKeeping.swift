import Dispatch
import Logging
import ServiceLifecycle
import SystemPackage
import WarderCore
import WarderLinux
import WarderModel

/// Wakes rotations when something is due, when somebody asks, and when a worker comes; sleeps otherwise.
struct RotationKeeping: Service {
    let vault: Vault
    /// Rotations under way at once.
    let limit: Int
    let logger: Logger

    func run() async throws {
        let (calls, caller) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let alarm: WallClockAlarm
        do { alarm = try WallClockAlarm { caller.yield() } } catch {
            logger.error("secrets are not rotated: no timer", metadata: ["reason": "\(error)"])
            return try await gracefulShutdown()
        }
        vault.rotationBell.listen { caller.yield() }
        defer { vault.rotationBell.listen(nil) }
        caller.yield()
        await cancelWhenGracefulShutdown {
            var keeper = RotationKeeper(vault, limit: limit)
            for await _ in calls {
                let (wake, failure) = await keeper.look { seconds, late in
                    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(seconds)), execute: late)
                }
                if let failure {
                    logger.error("a rotation could not go on", metadata: ["reason": "\(failure.rawValue)"])
                }
                do throws(Errno) { try alarm.set(wake) } catch {
                    logger.error("rotations may be late: no timer", metadata: ["reason": "\(error)"])
                }
            }
        }
    }
}
