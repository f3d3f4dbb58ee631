import WarderCrypto
package import WarderModel

/// One event as it lies in the database: what anybody may see of it, its leaf, and its sealed canonical bytes.
/// docs/formats/event.md.
package struct SealedEvent: Sendable, Equatable {
    package static let format: UInt8 = 1

    package let sequence: UInt64
    package let time: Timestamp
    /// SHA-256(0x00 ‖ canonical bytes), RFC 6962.
    package let leaf: [UInt8]
    package let epoch: UInt32
    /// format (1), nonce (24), ciphertext, tag (16)
    package let sealed: [UInt8]

    package init(sequence: UInt64, time: Timestamp, leaf: [UInt8], epoch: UInt32, sealed: [UInt8]) {
        self.sequence = sequence
        self.time = time
        self.leaf = leaf
        self.epoch = epoch
        self.sealed = sealed
    }
}

/// Seals and opens events. Made once per unsealing: the hot path does no key look-up.
package struct EventSealer: Sendable {
    private let ring: KeyRing
    private let epoch: UInt32
    private let key: AEADKey
    private let prefix: [UInt8]

    package init(_ ring: KeyRing) throws(SealingError) {
        let entry = try ring.current(.log)
        self.ring = ring
        epoch = entry.epoch
        do { key = try AEADKey(entry.key) } catch { throw SealingError(error) }
        prefix = Binding("event", vault: ring.vault).adding(fixed: [SealedEvent.format]).bytes
    }

    /// `canonical`: the event's canonical bytes.
    package func seal(_ canonical: [UInt8], sequence: UInt64, time: Timestamp) -> SealedEvent {
        var padded = canonical
        Padding.add(to: &padded)
        var sealed = [SealedEvent.format]
        sealed.reserveCapacity(1 + padded.count + AEAD.overhead)
        AEAD.seal(
            padded,
            key: key,
            associatedData: binding(sequence: sequence, time: time, epoch: epoch),
            appendingTo: &sealed
        )
        return SealedEvent(
            sequence: sequence,
            time: time,
            leaf: Self.leaf(of: canonical),
            epoch: epoch,
            sealed: sealed
        )
    }

    /// The canonical bytes.
    /// - Throws: `tampered` also when the opened bytes do not give the leaf.
    package func open(_ event: SealedEvent) throws(SealingError) -> [UInt8] {
        guard let format = event.sealed.first else { throw .malformed }
        guard format == SealedEvent.format else { throw .unknownFormat(format) }
        var plain: [UInt8]
        do {
            let key = event.epoch == epoch ? key : try AEADKey(ring.key(.log, epoch: event.epoch))
            plain = try AEAD.openPlain(
                event.sealed.dropFirst(),
                key: key,
                associatedData: binding(sequence: event.sequence, time: event.time, epoch: event.epoch)
            )
        } catch let error as SealingError { throw error } catch let error as CryptoError {
            throw SealingError(error)
        } catch { throw .malformed }
        guard let count = unsafe plain.withUnsafeBytes({ unsafe Padding.contentCount($0) }) else { throw .malformed }
        plain.removeSubrange(count...)
        guard Self.leaf(of: plain) == event.leaf else { throw .tampered }
        return plain
    }

    package static func leaf(of canonical: [UInt8]) -> [UInt8] { SHA256Digest.hash(prefix: 0, canonical) }

    private func binding(sequence: UInt64, time: Timestamp, epoch: UInt32) -> [UInt8] {
        var bytes = prefix
        bytes.reserveCapacity(prefix.count + 20)
        unsafe withUnsafeBytes(of: sequence.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        unsafe withUnsafeBytes(of: time.milliseconds.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        unsafe withUnsafeBytes(of: epoch.bigEndian) { unsafe bytes.append(contentsOf: $0) }
        return bytes
    }
}
