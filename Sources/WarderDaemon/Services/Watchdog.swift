import ServiceLifecycle
import WarderCore
import WarderLinux

/// Tells the service manager that the daemon is alive: the writer's thread has answered, not only a timer.
struct Watchdog: Service {
    let notification: ServiceNotification?
    let vault: Vault

    func run() async throws {
        guard let notification, let interval = notification.watchdogInterval else {
            try? await gracefulShutdown()
            return
        }
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await vault.heartbeat()
                try? notification.watchdog()
                try? await Task.sleep(for: interval / 3)
            }
        }
    }
}
