import SecretMemory
import WarderCrypto
import WarderModel

@testable import Sealing
@testable import WarderCore

extension Harness {
    /// Everything that lies sealed in the database. A capital letter: the bytes as somebody without the key may have
    /// left them, which nothing opens. A small one: the bytes as content that was sealed with the key.
    static let sealed = Harness("sealed") { input in
        var rest = Input(input)
        let kind = rest.byte()
        let bytes = Array(rest.rest)
        let ring = try FixedKeys.ring.get()
        switch kind {
        case UInt8(ascii: "R"): try hold((try? ring.open(record(bytes))) == nil, "no record opens without the key")
        case UInt8(ascii: "r"): try openRecord(bytes, ring)
        case UInt8(ascii: "V"): try openForeignValue(bytes, ring)
        case UInt8(ascii: "v"): try openValue(bytes, ring)
        case UInt8(ascii: "E"): try hold((try? EventSealer(ring).open(event(bytes))) == nil, "no event opens")
        case UInt8(ascii: "e"): try openEvent(bytes, ring)
        case UInt8(ascii: "K"): try openForeignKeys(bytes)
        case UInt8(ascii: "k"): try openKeyRing(bytes)
        case UInt8(ascii: "i"): try openInbox(bytes, ring)
        default: return
        }
    }

    private static func record(_ sealed: [UInt8], epoch: UInt32 = 2) -> SealedRecord {
        SealedRecord(kind: .secret, id: FixedKeys.id, revision: 3, epoch: epoch, sealed: sealed)
    }

    private static func event(_ sealed: [UInt8], leaf: [UInt8] = [], epoch: UInt32 = 2) -> SealedEvent {
        SealedEvent(sequence: 7, time: FixedKeys.time, leaf: leaf, epoch: epoch, sealed: sealed)
    }

    /// Content with padding of its own.
    private static func openRecord(_ padded: [UInt8], _ ring: KeyRing) throws {
        let binding = Binding("record", vault: ring.vault).adding(fixed: [1]).adding(RecordKind.secret.rawValue)
            .adding(FixedKeys.id).adding(UInt64(3)).adding(UInt32(2))
        let key = try AEADKey(ring.key(.metadata, epoch: 2))
        let sealed = [1] + AEAD.seal(padded, key: key, associatedData: binding.bytes)
        guard var content = try? ring.open(record(sealed)) else { return }
        try hold((try? ring.open(record(sealed, epoch: 1))) == nil, "a record opens under its own key alone")
        Padding.add(to: &content)
        try hold(content == padded, "one padding for each content")
    }

    private static func openForeignValue(_ bytes: [UInt8], _ ring: KeyRing) throws {
        // A data key that the ring wrapped, before a value that it did not seal; and the other way round.
        let fields = try SecretFields([.value: SecretBytes(copying: [1, 2, 3])])
        let mine = try ring.seal(fields, secret: FixedKeys.id, version: 1)
        for (wrapped, sealed) in [(mine.wrappedKey, bytes), (bytes, mine.sealed), (bytes, bytes)] {
            let value = SealedValue(epoch: mine.epoch, wrappedKey: wrapped, sealed: sealed)
            try hold((try? ring.open(value, secret: FixedKeys.id, version: 1)) == nil, "no value opens")
        }
    }

    private static func openValue(_ plain: [UInt8], _ ring: KeyRing) throws {
        guard let fields = try? SecretFields(decoding: SecretBytes(copying: plain)) else { return }
        let again = try SecretFields(decoding: fields.encoded())
        try hold(same(fields, again), "fields are read as they were written")
        let sealed = try ring.seal(fields, secret: FixedKeys.id, version: 1)
        try hold(same(try ring.open(sealed, secret: FixedKeys.id, version: 1), fields), "a value opens in its place")
        try hold((try? ring.open(sealed, secret: FixedKeys.id, version: 2)) == nil, "a value opens in no other place")
    }

    private static func same(_ left: SecretFields, _ right: SecretFields) -> Bool {
        left.values.count == right.values.count
            && left.values.allSatisfy { name, value in right.values[name]?.isEqual(to: value) ?? false }
    }

    private static func openEvent(_ padded: [UInt8], _ ring: KeyRing) throws {
        let binding = Binding("event", vault: ring.vault).adding(fixed: [1]).adding(UInt64(7))
            .adding(UInt64(bitPattern: FixedKeys.time.milliseconds)).adding(UInt32(2))
        let key = try AEADKey(ring.key(.log, epoch: 2))
        let sealed = [1] + AEAD.seal(padded, key: key, associatedData: binding.bytes)
        let sealer = try EventSealer(ring)
        let content = padded.prefix { $0 != 0x80 }
        let leaf = EventSealer.leaf(of: Array(content))
        if let opened = try? sealer.open(event(sealed, leaf: leaf)) {
            try hold(opened == Array(content), "an event opens to what its leaf names")
            try hold((try? sealer.open(event(sealed, leaf: padded))) == nil, "an event has one leaf")
        }
    }

    /// A slot and a keyring that nobody sealed.
    private static func openForeignKeys(_ bytes: [UInt8]) throws {
        let root = try FixedKeys.root.get()
        try hold(
            (try? KeyRing.open(bytes, under: root, vault: FixedKeys.vault, profile: .team)) == nil,
            "no keyring opens"
        )
        let kind = KeySlot.Kind.credential(salt: [UInt8](repeating: 7, count: 16))
        let slot = KeySlot(id: FixedKeys.id, kind: kind, created: FixedKeys.time, wrapped: bytes)
        let credential = try FixedKeys.credential.get()
        try hold((try? slot.open(with: credential, vault: FixedKeys.vault)) == nil, "no slot opens")
    }

    private static func openKeyRing(_ plain: [UInt8]) throws {
        let root = try FixedKeys.root.get()
        let binding = KeyRing.binding(FixedKeys.vault, .team)
        let sealed = [1] + AEAD.seal(plain, key: root, associatedData: binding)
        guard let ring = try? KeyRing.open(sealed, under: root, vault: FixedKeys.vault, profile: .team) else { return }
        try hold(ring.entries.count * 45 == plain.count, "every byte of a keyring is a key's")
        let again = try KeyRing.open(
            ring.sealed(under: root, profile: .team),
            under: root,
            vault: FixedKeys.vault,
            profile: .team
        )
        let same = zip(ring.entries, again.entries).allSatisfy { left, right in
            left.purpose == right.purpose && left.epoch == right.epoch && left.created == right.created
                && left.key.isEqual(to: right.key)
        }
        try hold(same && ring.entries.count == again.entries.count, "a keyring is read as it was written")
    }

    /// The key that events of a sealed vault are sealed to is public: anybody who can write the database can seal one.
    private static func openInbox(_ content: [UInt8], _ ring: KeyRing) throws {
        let keys = try BoxKeyPair(secretKey: ring.current(.inbox).key)
        guard let entry = try? InboxEvent.open(SealedBox.seal(content, to: keys.publicKey), with: keys) else { return }
        try hold(InboxEvent.types.contains(entry.event.action), "the inbox takes what a sealed vault can see alone")
        let again = try InboxEvent.open(entry.sealed(to: keys.publicKey), with: keys)
        let bytes = entry.canonicalBytes(sequence: 9)
        try hold(again.canonicalBytes(sequence: 9) == bytes, "an entry is read as it was written")
        // What joins the log can be searched.
        let condition = EventFilter.Condition(field: "type", value: entry.event.action.rawValue)
        let filter = EventFilter(conditions: condition.map { [$0] } ?? [])
        try hold(try filter.matches(bytes), "an entry is found by its type")
    }
}
