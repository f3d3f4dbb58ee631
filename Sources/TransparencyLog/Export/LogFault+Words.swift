extension LogFault: CustomStringConvertible {
    /// One sentence for whoever reads the verdict.
    package var description: String {
        switch self {
        case .checkpointUnreadable(let which): "\(which.words) cannot be read."
        case .signatureWrong(let which): "The signature of \(which.inside) is wrong: it was altered, or forged."
        case .signatureMissing(let which): "\(which.words) is not signed by a key that you trust."
        case .originWrong(let which): "\(which.words) is of another log."
        case .keyOutOfPeriod(let which, let size):
            "\(which.words) of \(size) events is signed by a key that did not sign at that size."
        case .lostInRestore(let held, let at):
            "The log was restored from a backup of \(at) events: what came after under its earlier name, up to event "
                + "\(held) of the checkpoint that you hold, is not in this log."
        case .keyChangeWrong(let at):
            "Event \(at) names another key of the log, and nothing that you trust signed that."
        case .keyHistoryBroken:
            "The changes of the log's key do not lead from the key that you trust to the present one."
        case .restoreContradicted(let at): "The log does not begin with the \(at) events that it was restored from."
        case .manifestUnreadable: "The manifest does not say what an export's has to."
        case .lineUnreadable(let line): "Line \(line) is no event."
        case .lineUnfinished(let line): "Line \(line) does not end: the file was cut."
        case .gap(let expected, let found):
            expected + 1 == found
                ? "Event \(expected) is missing." : "Events \(expected) to \(found - 1) are missing."
        case .outOfOrder(let expected, let found): "Event \(found) stands where event \(expected) should."
        case .leafLost(let number): "Event \(number) is damaged, and so is what would prove its place."
        case .omissionMisplaced(let at): "What is left out from event \(at) on does not fit the log."
        case .truncated(let size, let last): "The checkpoint says \(size) events, the export ends at \(last)."
        case .contentChanged(0, let size): "Some line up to event \(size) is not what the log's key signed."
        case .contentChanged(let after, let size):
            "Some line from event \(after + 1) to event \(size) is not what the log's key signed; those before are."
        case .shorterThanHeld(let size, let held):
            "The log has \(size) events, and the checkpoint that you hold \(held): this is an older copy, or its end was cut off."
        case .rewritten(let held): "The first \(held) events are not those of the checkpoint that you hold."
        case .consistencyWrong(let held): "The consistency proof does not lead from the \(held) events that you hold."
        case .notCompared(let held):
            "The export leaves out what event \(held) is among, and no proof compares it with the checkpoint that you hold."
        case .withheld(let first, let last):
            first == last
                ? "What event \(first) says is withheld, and no proven prune explains it."
                : "What events \(first) to \(last) say is withheld, and no proven prune explains it."
        case .fileChanged: "The file is not the one that the manifest is about."
        case .outsideOfManifest(let number): "Event \(number) is not where the manifest says."
        case .countWrong(let stated, let found): "The manifest says \(stated) events, the file has \(found)."
        }
    }
}

extension LogFault.Which {
    fileprivate var words: String { self == .newer ? "The checkpoint" : "The checkpoint that you hold" }
    fileprivate var inside: String { self == .newer ? "the checkpoint" : "the checkpoint that you hold" }
}
