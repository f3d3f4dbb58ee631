import Dispatch
import Locking

/// Pieces that one thread makes and another sends. One piece waits at most: whoever makes them is held up by whoever
/// takes them, so that memory stays bounded.
///
/// For work that calls back for every piece and cannot be asked for the next one.
final class Production: Sendable {
    /// Nobody takes pieces any more.
    struct Abandoned: Error {}

    private struct State: Sendable {
        var piece: [UInt8] = []
        var isOver = false
        var failure: (any Error)?
        var isAbandoned = false
    }

    private static let patience = DispatchTimeInterval.seconds(1)
    private let state = Locked(State())
    /// Signalled when a piece can be put, and when one can be taken. Made with 0: a semaphore must not go away below
    /// the number that it was made with.
    private let room = DispatchSemaphore(value: 0)
    private let pieces = DispatchSemaphore(value: 0)

    init() { room.signal() }

    /// Whether nobody wants any more.
    var isAbandoned: Bool { state.withLock { $0.isAbandoned } }

    /// Hands over a piece; waits until the one before it was taken.
    func put(_ piece: [UInt8]) throws(Abandoned) {
        try waitForRoom()
        state.withLock { $0.piece = piece }
        pieces.signal()
    }

    /// Says that there are no more pieces: that all were there, or what kept the rest back.
    func end(_ failure: (any Error)? = nil) {
        do throws(Abandoned) { try waitForRoom() } catch { return }
        state.withLock { state in
            state.isOver = true
            state.failure = failure
        }
        pieces.signal()
    }

    private func waitForRoom() throws(Abandoned) {
        while room.wait(timeout: .now() + Self.patience) == .timedOut {
            if isAbandoned { throw Abandoned() }
        }
        if isAbandoned { throw Abandoned() }
    }

    /// Takes pieces, and abandons the rest when it goes away.
    final class Reader: Sendable {
        private let production: Production

        init(_ production: Production) { self.production = production }

        deinit { production.state.withLock { $0.isAbandoned = true } }

        /// The next piece; empty when there was none for a second; `nil` after the last.
        ///
        /// - Throws: what kept the rest back.
        func next() throws -> [UInt8]? {
            guard production.pieces.wait(timeout: .now() + Production.patience) == .success else { return [] }
            let (piece, isOver, failure) = production.state.withLock { state in
                let taken = (state.piece, state.isOver, state.failure)
                state.piece = []
                return taken
            }
            if let failure { throw failure }
            guard !isOver else { return nil }
            production.room.signal()
            return piece
        }
    }
}
