import SecretMemory
import SecretShares
import WarderModel

/// Asks for shares, and looks at each as it is typed: one that cannot be right is asked for again, and costs none of
/// the others. Whether a share is a true one shows only where all of them are used.
struct ShareQuestions {
    /// Shares that would do.
    struct Wanted {
        /// 32 hexadecimal digits; `nil` where nobody says which.
        var set: String?
        var threshold: Int
        var count: Int
    }

    /// How often one share may be wrong.
    private static let attempts = 3

    let session: Session

    /// Asks for as many as the set of the first one needs.
    ///
    /// `purpose`: ends the question, such as ` for slot 0f1e2d3c`.
    /// - Throws: `.denied` when one was wrong three times.
    func enough(of wanted: [Wanted], purpose: String = "") throws(CommandFailure) -> [SecretBytes] {
        let thresholds = Set(wanted.map(\.threshold))
        var shares: [Share] = []
        var texts: [SecretBytes] = []
        while shares.isEmpty || shares.count < shares[0].set.threshold {
            let need = shares.first?.set.threshold ?? (thresholds.count == 1 ? thresholds.first : nil)
            let place = shares.count + 1
            let question = "Share \(place)" + (need.map { " of \($0)" } ?? "") + purpose + ":"
            let (share, text) = try ask(question, place) { share throws(ShareError) in
                try Self.check(share, place, after: shares, wanted)
            }
            shares.append(share)
            texts.append(text)
        }
        return texts
    }

    /// Asks for one that is no typing mistake.
    func one(_ question: String) throws(CommandFailure) -> SecretBytes {
        try ask(question, 1) { _ throws(ShareError) in }.text
    }

    private func ask(
        _ question: String,
        _ place: Int,
        _ check: (Share) throws(ShareError) -> Void
    ) throws(CommandFailure) -> (share: Share, text: SecretBytes) {
        for attempt in 1... {
            let text = try session.context.prompter.hidden(question, otherwise: CommandFailure(.noTerminal))
            do throws(ShareError) {
                let share = try Share(text: text, position: place)
                try check(share)
                return (share, text)
            } catch {
                guard attempt < Self.attempts, error != .exhausted else { throw CommandFailure(.denied, error.words) }
                session.console.message("\(error.words); bring it again")
            }
        }
        throw .silent(.denied)
    }

    private static func check(
        _ share: Share,
        _ place: Int,
        after others: [Share],
        _ wanted: [Wanted]
    ) throws(ShareError) {
        guard let first = others.first else {
            let fits = wanted.contains { wanted in
                wanted.threshold == share.set.threshold && wanted.count == share.set.count
                    && wanted.set.map { $0 == share.set.id.description } ?? true
            }
            if fits { return }
            throw .foreign(share: place)
        }
        guard share.set.id == first.set.id else { throw .foreign(share: place) }
        guard share.set == first.set, share.bytes.count == first.bytes.count else { throw .inconsistent(share: place) }
        if others.contains(where: { $0.index == share.index }) { throw .duplicate(share: place) }
    }
}
