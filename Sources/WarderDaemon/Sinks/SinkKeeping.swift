import Dispatch
import Glibc
import Locking
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
    /// Seconds after a failure.
    private static let patience: UInt32 = 10
    /// Seconds between two looks at a vault that is sealed.
    private static let sealedWait: UInt32 = 1
    /// Seconds without an event after which the thread looks whether it is still wanted.
    private static let longestWait: Int64 = 1
    private static let gatheringMicroseconds: UInt32 = 100_000

    /// Where events can go. The word is part of the name of the file that keeps the position.
    enum Place: String {
        case file, journal
    }

    private let place: Place
    private let configuration: DaemonConfiguration
    private let vault: Vault
    private let reach: SinkReach
    private let logger: Logger

    init(_ place: Place, _ configuration: DaemonConfiguration, vault: Vault, reach: SinkReach, logger: Logger) {
        self.place = place
        self.configuration = configuration
        self.vault = vault
        self.reach = reach
        self.logger = logger
        if Self.isWanted(place, configuration) { reach.expect(place) }
    }

    private static func isWanted(_ place: Place, _ configuration: DaemonConfiguration) -> Bool {
        switch place {
        case .file: configuration.audit.file != nil
        case .journal: configuration.audit.journal
        }
    }

    /// Works on a thread of its own: a disk and a journal can hang, and nobody else must wait for them. Not even the
    /// end of the daemon does: what has not arrived by then follows at the next start, as after a crash.
    func run() async throws {
        let isOver = Locked(false)
        DispatchQueue(label: "warder.sink.\(place)").async { work(until: isOver) }
        // A service that ends would end the daemon.
        try? await gracefulShutdown()
        isOver.withLock { $0 = true }
    }

    private func work(until isOver: Locked<Bool>) {
        guard let delivery = delivery() else { return }
        var isFailing = false
        while !isOver.withLock({ $0 }) {
            do {
                let isAtEnd = try delivery.step(from: vault)
                if let place = delivery.place { reach.set(self.place, place.number) }
                if isFailing { logger.info("events are handed over again", metadata: ["sink": "\(place)"]) }
                isFailing = false
                if place == .file { vault.outside.note(nil, of: .events) }
                if isAtEnd { wait(beyond: delivery.place?.number ?? 0) }
            } catch Refusal.sealed {
                sleep(Self.sealedWait)
            } catch {
                if !isFailing { tell(error) }
                isFailing = true
                if place == .file { vault.outside.note(.unwritable, of: .events) }
                sleep(Self.patience)
            }
        }
    }

    /// `nil` where nobody asked for this place.
    private func delivery() -> SinkDelivery? {
        let position = SinkPosition(of: place.rawValue, in: configuration.stateDirectory)
        guard Self.isWanted(place, configuration) else { return nil }
        switch place {
        case .file: return configuration.audit.file.map { SinkDelivery(FileSink(path: $0), position, missed: tell) }
        case .journal: return SinkDelivery(JournalSink(), position, missed: tell)
        }
    }

    /// Waits for events, and a moment longer: what comes together is written together.
    private func wait(beyond reached: UInt64) {
        let grown = DispatchSemaphore(value: 0)
        _ = vault.whenEventsFollow(reached, seconds: Self.longestWait) { grown.signal() }
        grown.wait()
        usleep(Self.gatheringMicroseconds)
    }

    private func tell(_ pruned: ClosedRange<UInt64>) {
        logger.warning(
            "events were pruned before there was this sink",
            metadata: ["sink": "\(place)", "events": "\(pruned.lowerBound) to \(pruned.upperBound)"]
        )
    }

    private func tell(_ error: any Error) {
        logger.warning(
            "events could not be handed over; they wait",
            metadata: ["sink": "\(place)", "reason": "\(error)"]
        )
    }
}
