import Dispatch
import ServiceLifecycle
import WarderCore

/// Looks now and then whether people should hear of something.
struct NoticeKeeping: Service {
    private static let rhythm = Duration.seconds(5)

    let vault: Vault

    func run() async throws {
        let keeper = NoticeKeeper(vault)
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                keeper.look { seconds, late in
                    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(Int(seconds)), execute: late)
                }
                try? await Task.sleep(for: Self.rhythm)
            }
        }
    }
}
