import Sealing
import WarderModel

/// Reads the mark where it lies.
struct MarkReader {
    private static let slice = 64

    let ring: KeyRing
    let store: any VaultStore

    /// The ids of all records that there are, and the mark; `nil` where there is none, and where there are several or
    /// it does not open, so that nothing is taken for pruned that need not be.
    func read() throws(DeepCheck.Stop) -> (present: Set<RecordID>, mark: LogMark?) {
        var present: Set<RecordID> = []
        var marks: [LogMark] = []
        try RowScan(slice: Self.slice, position: \.position, read: store.recordRows).run(
            unreadable: { _ throws(DeepCheck.Stop) in },
            body: { rows throws(DeepCheck.Stop) in
                for row in rows {
                    if let id = row.id { present.insert(id) }
                    guard row.knownKind == .retention else { continue }
                    do throws(RecordFault) {
                        if case .retention(let mark) = try row.opened(with: ring).noun { marks.append(mark) }
                    } catch .exhausted { throw .exhausted } catch { continue }
                }
            }
        )
        return (present, marks.count == 1 ? marks[0] : nil)
    }
}
