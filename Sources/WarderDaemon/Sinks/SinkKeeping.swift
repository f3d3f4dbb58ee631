import Dispatch
import Logging
import ServiceLifecycle
import WarderConfiguration
import WarderCore
import WarderModel

/// Hands every event of the log to a sink, in order, from where it was.
///
/// Reads the log like anybody else, behind the commit: a sink that is slow, full or gone holds nobody up, and gets
/// everything later. While the vault is sealed there is nothing to read.
struct SinkKeeping: Service {
    /// After a failure.
    private static let patience = Duration.seconds(10)
    private static let gathering = Duration.milliseconds(100)
    /// Seconds; a daemon that stops waits as long.
    private static let longestWait: Int64 = 1

    /// Where events can go. The word is part of the name of the file that keeps the position.
    enum Place: String {
        case file, journal
    }

    private let place: Place
    private let configuration: DaemonConfiguration
    private let vault: Vault
    private let logger: Logger
    private let queue: DispatchQueue

    init(_ place: Place, _ configuration: DaemonConfiguration, vault: Vault, logger: Logger) {
        self.place = place
        self.configuration = configuration
        self.vault = vault
        self.logger = logger
        queue = DispatchQueue(label: "warder.sink.\(place)")
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            guard let delivery = delivery() else {
                // A service that ends would end the daemon.
                try? await gracefulShutdown()
                return
            }
            var isFailing = false
            while !Task.isCancelled {
                do {
                    let isAtEnd = try await step(delivery)
                    if isFailing { logger.info("events are handed over again", metadata: ["sink": "\(place)"]) }
                    isFailing = false
                    if isAtEnd { await grow(beyond: delivery.place?.number ?? 0) }
                } catch Refusal.sealed {
                    try? await Task.sleep(for: .seconds(1))
                } catch {
                    if !isFailing { tell(error) }
                    isFailing = true
                    try? await Task.sleep(for: Self.patience)
                }
            }
        }
    }

    /// `nil` where nobody asked for this place.
    private func delivery() -> SinkDelivery? {
        let position = SinkPosition(of: place.rawValue, in: configuration.stateDirectory)
        switch place {
        case .file: return configuration.audit.file.map { SinkDelivery(FileSink(path: $0), position) }
        case .journal: return configuration.audit.journal ? SinkDelivery(JournalSink(), position) : nil
        }
    }

    /// On a thread of its own: a disk and a journal can hang, and nobody else must wait for them.
    private func step(_ delivery: SinkDelivery) async throws -> Bool {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { [vault] in
                continuation.resume(with: Result { try delivery.step(from: vault) })
            }
        }
    }

    /// Waits for events, and a moment longer: what comes together is written together.
    private func grow(beyond reached: UInt64) async {
        await withCheckedContinuation { continuation in
            _ = vault.whenEventsFollow(reached, seconds: Self.longestWait) { continuation.resume() }
        }
        try? await Task.sleep(for: Self.gathering)
    }

    private func tell(_ error: any Error) {
        logger.warning(
            "events could not be handed over; they wait",
            metadata: ["sink": "\(place)", "reason": "\(error)"]
        )
    }
}
