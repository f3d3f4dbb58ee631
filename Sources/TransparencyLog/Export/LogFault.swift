/// One thing that is wrong with an export. Numbers and sizes; nothing of what the lines say.
package enum LogFault: Error, Hashable, Sendable {
    /// Which of the two checkpoints is meant.
    package enum Which: String, Hashable, Sendable {
        /// The one that came with the export.
        case newer
        /// The one that the verifier held before.
        case older
    }

    /// Not a note with a checkpoint in it.
    case checkpointUnreadable(Which)
    /// A key of the chain signed something else.
    case signatureWrong(Which)
    /// No key of the chain signed it.
    case signatureMissing(Which)
    /// The checkpoint is of a log with another name than the key's.
    case originWrong(Which)
    /// The key was no longer, or not yet, the one that signs trees of this size.
    case keyOutOfPeriod(Which, size: UInt64)
    /// The older checkpoint is of a log that was restored from a backup of `at` events: what it speaks of behind them is
    /// not in this log.
    case lostInRestore(held: UInt64, at: UInt64)
    /// The event says that the log got another key or name, and its note is not signed or does not fit.
    case keyChangeWrong(at: UInt64)
    /// What events say of the log's keys does not lead from the pinned key to the present one.
    case keyHistoryBroken
    /// A restore names another root than the events before it have.
    case restoreContradicted(at: UInt64)
    /// The checkpoint was to have a manifest's lines, and has others.
    case manifestUnreadable
    /// Not an event, nor what stands for one. Lines are counted from 1.
    case lineUnreadable(line: UInt64)
    /// The last line does not end: the file was cut.
    case lineUnfinished(line: UInt64)
    /// Events `expected` to `found` − 1 are missing.
    case gap(expected: UInt64, found: UInt64)
    /// A number that was there before, or should have been.
    case outOfOrder(expected: UInt64, found: UInt64)
    /// The vault had lost this event and its leaf.
    case leafLost(number: UInt64)
    /// Omitted events that do not begin where a subtree begins, or reach beyond the checkpoint.
    case omissionMisplaced(at: UInt64)
    /// The checkpoint says `size`, the export ends at `last`.
    case truncated(size: UInt64, last: UInt64)
    /// Some line behind `after` and up to `size` is not what was signed. Up to `after`, the lines have the root of the
    /// older checkpoint.
    case contentChanged(after: UInt64, size: UInt64)
    /// The checkpoint says fewer than the older one, `held`: an older copy, or the log's end was cut off.
    case shorterThanHeld(size: UInt64, held: UInt64)
    /// Events up to `held` are not those of the older checkpoint: the log was rewritten.
    case rewritten(held: UInt64)
    /// The consistency proof is unreadable, or does not lead from the older checkpoint to the newer.
    case consistencyWrong(held: UInt64)
    /// Neither lines nor a proof show what the log was at the older checkpoint.
    case notCompared(held: UInt64)
    /// Events of which there are the leaves alone, and no prune that the checkpoint proves took what they say.
    case withheld(first: UInt64, last: UInt64)
    /// The file is not the one that the manifest is about.
    case fileChanged
    /// An event outside of the manifest's range, or one left out of it without a filter.
    case outsideOfManifest(number: UInt64)
    /// Not as many events as the manifest says.
    case countWrong(stated: UInt64, found: UInt64)

    /// Whether it is about the newer checkpoint itself, which then proves nothing.
    var isOfCheckpoint: Bool {
        switch self {
        case .checkpointUnreadable(let which), .signatureWrong(let which), .signatureMissing(let which),
            .originWrong(let which), .keyOutOfPeriod(let which, _):
            which == .newer
        default: false
        }
    }
}
