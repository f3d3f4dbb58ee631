import SecretMemory
import WarderModel

extension RecordID {
    /// Sixteen random bytes.
    static func random() -> RecordID {
        RecordID(bytes: SecureRandom.bytes(count: byteCount)) ?? RecordID(high: 0, low: 0)
    }
}
