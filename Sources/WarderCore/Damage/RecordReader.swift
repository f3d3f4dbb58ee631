import Sealing
import WarderModel

/// Why a row of the records is not taken for what it says it is.
enum RecordFault: Error, Equatable {
    /// Not sixteen bytes of id, no number, or not a kind that there is.
    case shapeless
    /// Altered, moved, or sealed by other keys.
    case unreadable
    /// Sealed under a key that the keyring does not have.
    case unknownKey
    /// Opens to something that is no such noun, or another one.
    case malformed
    /// A later version of Warder wrote it: neither damaged, nor anything that may be passed over.
    case newer
    /// Nothing can be said: working memory ran out.
    case exhausted
}

/// A row of the records that opened.
struct OpenRecord: Sendable {
    let noun: Noun
    let revision: UInt64
}

extension RecordRow {
    var knownKind: RecordKind? { kind.flatMap(RecordKind.init(rawValue:)) }

    /// The kind of a record that does not open as what its row says: the one that it was sealed as, where only the row
    /// was changed, and else the row's word.
    func trueKind(with ring: KeyRing) -> RecordKind? {
        guard let id, let revision, let epoch else { return knownKind }
        let sealedAs = RecordKind.allCases.first { kind in
            let record = SealedRecord(kind: kind, id: id, revision: revision, epoch: epoch, sealed: sealed)
            return (try? ring.open(record)) != nil
        }
        return sealedAs ?? knownKind
    }

    /// Opens the record where it lies and looks whether it makes sense there.
    func opened(with ring: KeyRing) throws(RecordFault) -> OpenRecord {
        guard let id, let kind, let revision, let epoch else { throw .shapeless }
        guard let known = knownKind else {
            let isNewer: Bool
            do throws(SealingError) {
                isNewer = try ring.didSeal(sealed, unknownKind: kind, id: id, revision: revision, epoch: epoch)
            } catch { throw .exhausted }
            throw isNewer ? .newer : .shapeless
        }
        let content: [UInt8]
        do throws(SealingError) {
            content = try ring.open(
                SealedRecord(kind: known, id: id, revision: revision, epoch: epoch, sealed: sealed)
            )
        } catch .exhausted {
            throw .exhausted
        } catch .unknownEpoch {
            throw .unknownKey
        } catch { throw .unreadable }
        guard let noun = try? Noun(content, kind: known), noun.id == id, noun.isCoherent else { throw .malformed }
        return OpenRecord(noun: noun, revision: revision)
    }
}
