import SecretMemory
import WarderCrypto
import WarderModel

@testable import Sealing

// Records, values and events: what lies in the database in numbers.

extension VectorGenerator {
    private static let json = Array(#"{"name":"github/pat"}"#.utf8)

    func records() throws -> [RecordCase] {
        func vector(
            _ name: String,
            _ expect: Expectation,
            _ record: SealedRecord,
            in ring: String = "main",
            content: [UInt8]? = nil
        ) -> RecordCase {
            RecordCase(
                name: name,
                expect: expect,
                ring: ring,
                kind: record.kind.rawValue,
                id: record.id,
                revision: record.revision,
                epoch: record.epoch,
                sealed: HexBytes(record.sealed),
                content: content.map(HexBytes.init)
            )
        }
        func moved(
            _ record: SealedRecord,
            kind: RecordKind = .secret,
            id: RecordID = Fixture.id,
            revision: UInt64 = 7,
            epoch: UInt32 = 2,
            sealed: [UInt8]? = nil
        ) -> SealedRecord {
            SealedRecord(kind: kind, id: id, revision: revision, epoch: epoch, sealed: sealed ?? record.sealed)
        }
        func crafted(_ plain: [UInt8], _ place: Place, first: UInt8 = 1) throws -> SealedRecord {
            let key = try aeadKey(.metadata, epoch: 2, of: main)
            let sealed = [first] + AEAD.seal(plain, key: key, associatedData: place.bytes)
            return SealedRecord(kind: .secret, id: Fixture.id, revision: 7, epoch: 2, sealed: sealed)
        }

        var cases: [RecordCase] = []
        for (kind, count) in zip(RecordKind.allCases, [0, 1, 63, 64, 200]) {
            let content = [UInt8](repeating: 0x80, count: count)
            cases.append(
                vector(
                    "a \(kind.rawValue) of \(count) bytes",
                    .opens,
                    try main.seal(content, kind: kind, id: Fixture.id, revision: 1),
                    content: content
                )
            )
        }
        let record = try main.seal(Self.json, kind: .secret, id: Fixture.id, revision: 7)
        let old = try earlier.seal(Self.json, kind: .secret, id: Fixture.otherID, revision: 9_007_199_254_740_993)
        cases.append(vector("JSON", .opens, record, content: Self.json))
        cases.append(vector("an earlier epoch and a large revision", .opens, old, content: Self.json))
        cases.append(vector("other keys", .wrongKey, record, in: "other"))
        cases.append(vector("other keys of an earlier epoch", .wrongKey, old, in: "other"))

        cases += Self.damages(record.sealed, from: 1).map { vector($0.0, .tampered, moved(record, sealed: $0.1)) }
        cases.append(vector("another kind", .tampered, moved(record, kind: .server)))
        cases.append(vector("another id", .tampered, moved(record, id: Fixture.otherID)))
        cases.append(vector("an earlier revision", .tampered, moved(record, revision: 6)))
        cases.append(vector("another vault", .tampered, record, in: "elsewhere"))
        let twin = try twins.seal(Self.json, kind: .secret, id: Fixture.id, revision: 7)
        cases.append(vector("another epoch of the same key", .tampered, moved(twin, epoch: 1), in: "twins"))
        let place = Place.record(.secret, Fixture.id, revision: 7, epoch: 2)
        cases.append(
            vector(
                "bound to another format",
                .tampered,
                try crafted(Self.json.padded, .record(.secret, Fixture.id, revision: 7, epoch: 2, format: 2))
            )
        )
        var purpose = place
        purpose.purpose = "value"
        cases.append(vector("bound to another purpose", .tampered, try crafted(Self.json.padded, purpose)))
        cases.append(
            vector(
                "bound to its vault alone",
                .tampered,
                try crafted(Self.json.padded, Place(purpose: "record", vault: Fixture.vault, rest: []))
            )
        )

        for (name, plain) in Self.badPaddings { cases.append(vector(name, .malformed, try crafted(plain, place))) }
        for count in [0, 1, 40] {
            cases.append(
                vector("\(count) bytes", .malformed, moved(record, sealed: Array(record.sealed.prefix(count))))
            )
        }
        for format in [UInt8(0), 2, 255] {
            cases.append(
                vector("format \(format)", .unknownFormat, try crafted(Self.json.padded, place, first: format))
            )
        }
        for epoch in [UInt32(0), 3, .max] {
            cases.append(vector("epoch \(epoch)", .unknownEpoch, moved(record, epoch: epoch)))
        }
        return cases
    }

    func values() throws -> [ValueCase] {
        func vector(
            _ name: String,
            _ expect: Expectation,
            _ value: SealedValue,
            in ring: String = "main",
            secret: RecordID = Fixture.id,
            version: UInt32 = 7,
            fields: [String: [UInt8]]? = nil
        ) -> ValueCase {
            ValueCase(
                name: name,
                expect: expect,
                ring: ring,
                secret: secret,
                version: version,
                epoch: value.epoch,
                wrappedKey: HexBytes(value.wrappedKey),
                sealed: HexBytes(value.sealed),
                fields: fields?.mapValues(HexBytes.init)
            )
        }
        let dataKey = try AEADKey(Fixture.key("vector data"))
        let keyPlace = Place.dataKey(Fixture.id, version: 7, epoch: 2)
        let valuePlace = Place.value(Fixture.id, version: 7)
        func crafted(
            _ plain: [UInt8],
            keyPlace: Place = keyPlace,
            valuePlace: Place = valuePlace,
            first: UInt8 = 1,
            keyFirst: UInt8 = 1,
            keyBytes: [UInt8]? = nil
        ) throws -> SealedValue {
            let wrapping = try aeadKey(.keyEncryption, epoch: 2, of: main)
            return SealedValue(
                epoch: 2,
                wrappedKey: [keyFirst]
                    + AEAD.seal(keyBytes ?? dataKey.bytes.plain, key: wrapping, associatedData: keyPlace.bytes),
                sealed: [first] + AEAD.seal(plain, key: dataKey, associatedData: valuePlace.bytes)
            )
        }
        func seal(_ fields: [String: [UInt8]], by ring: KeyRing) throws -> SealedValue {
            try ring.seal(Fixture.fields(fields), secret: Fixture.id, version: 7)
        }

        var cases: [ValueCase] = []
        let password = ["value": Array("correct horse battery staple".utf8)]
        for (name, fields) in [
            ("one field", password), ("an empty value", ["value": []]),
            ("several fields", ["user": Array("ada".utf8), "key.pem": [0, 0x80, 0, 0xff], "_": [], "A": [0x80]]),
            ("64 bytes of 0x80", ["value": [UInt8](repeating: 0x80, count: 64)]),
        ] {
            cases.append(vector(name, .opens, try seal(fields, by: main), fields: fields))
        }
        let most = Dictionary(uniqueKeysWithValues: (0..<32).map { ("f\($0)", [UInt8($0)]) })
        cases.append(vector("32 fields", .opens, try seal(most, by: main), fields: most))
        cases.append(vector("an earlier epoch", .opens, try seal(password, by: earlier), fields: password))

        let value = try seal(password, by: main)
        cases.append(vector("other keys", .wrongKey, value, in: "other"))
        cases.append(
            vector(
                "the data key of another value",
                .wrongKey,
                SealedValue(epoch: 2, wrappedKey: try seal(password, by: main).wrappedKey, sealed: value.sealed)
            )
        )

        for (name, sealed) in Self.damages(value.sealed, from: 1) {
            let damaged = SealedValue(epoch: 2, wrappedKey: value.wrappedKey, sealed: sealed)
            cases.append(vector(name, .tampered, damaged))
        }
        for (name, wrapped) in Self.damages(value.wrappedKey, from: 1) {
            let damaged = SealedValue(epoch: 2, wrappedKey: wrapped, sealed: value.sealed)
            cases.append(vector(name + " of the data key", .tampered, damaged))
        }
        cases.append(vector("another secret", .tampered, value, secret: Fixture.otherID))
        cases.append(vector("another version", .tampered, value, version: 8))
        cases.append(vector("another vault", .tampered, value, in: "elsewhere"))
        let twin = try seal(password, by: twins)
        cases.append(
            vector(
                "another epoch of the same key",
                .tampered,
                SealedValue(epoch: 1, wrappedKey: twin.wrappedKey, sealed: twin.sealed),
                in: "twins"
            )
        )

        let field: [UInt8] = [5] + Array("value".utf8) + [0, 0, 0, 1, 65]
        let sound = ([1] + field).padded
        cases.append(vector("built by hand", .opens, try crafted(sound), fields: ["value": [65]]))
        for (name, place) in [
            ("value bound to another version", Place.value(Fixture.id, version: 8)),
            ("value bound to another secret", .value(Fixture.otherID, version: 7)),
            ("value bound to another format", .value(Fixture.id, version: 7, format: 2)),
        ] {
            cases.append(vector(name, .tampered, try crafted(sound, valuePlace: place)))
        }
        for (name, place) in [
            ("data key bound to another version", Place.dataKey(Fixture.id, version: 8, epoch: 2)),
            ("data key bound to another secret", .dataKey(Fixture.otherID, version: 7, epoch: 2)),
            ("data key bound to another epoch", .dataKey(Fixture.id, version: 7, epoch: 1)),
            ("data key bound to another format", .dataKey(Fixture.id, version: 7, epoch: 2, format: 2)),
        ] {
            cases.append(vector(name, .tampered, try crafted(sound, keyPlace: place)))
        }

        for (name, plain) in Self.badPaddings { cases.append(vector(name, .malformed, try crafted(plain))) }
        for (name, content) in Self.badFields(field) {
            cases.append(vector(name, .malformed, try crafted(content.padded)))
        }
        for count in [0, 1, 40] {
            let short = SealedValue(epoch: 2, wrappedKey: value.wrappedKey, sealed: Array(value.sealed.prefix(count)))
            cases.append(vector("\(count) bytes", .malformed, short))
        }
        for count in [0, 1, 40] {
            let short = SealedValue(epoch: 2, wrappedKey: Array(value.wrappedKey.prefix(count)), sealed: value.sealed)
            cases.append(vector("\(count) bytes of wrapped key", .malformed, short))
        }
        for count in [0, 31, 33] {
            let odd = try crafted(sound, keyBytes: [UInt8](repeating: 7, count: count))
            cases.append(vector("a data key of \(count) bytes", .malformed, odd))
        }
        for format in [UInt8(0), 2, 255] {
            cases.append(vector("format \(format)", .unknownFormat, try crafted(sound, first: format)))
            cases.append(
                vector("format \(format) of the data key", .unknownFormat, try crafted(sound, keyFirst: format))
            )
        }
        for epoch in [UInt32(0), 3, .max] {
            let later = SealedValue(epoch: epoch, wrappedKey: value.wrappedKey, sealed: value.sealed)
            cases.append(vector("epoch \(epoch)", .unknownEpoch, later))
        }
        return cases
    }

    /// Contents that are padded well and are no fields. `field` is one sound field.
    private static func badFields(_ field: [UInt8]) -> [(String, [UInt8])] {
        [
            ("nothing", []), ("no field", [0]), ("a field missing", [2] + field),
            ("a byte after the last", [1] + field + [0]),
            ("a field twice", [2] + field + field), ("a name of no byte", [1, 0, 0, 0, 0, 0]),
            ("a name with a slash", [1, 3] + Array("a/b".utf8) + [0, 0, 0, 0]),
            ("a name that is no UTF-8", [1, 2, 0xff, 0xfe, 0, 0, 0, 0]),
            ("a name over the end", [1, 255] + Array("value".utf8)),
            ("a value over the end", [1, 1, 0x61, 0, 0, 0, 2, 0]),
            ("a value of 2^32 - 1 bytes", [1, 1, 0x61, 0xff, 0xff, 0xff, 0xff, 0]),
            ("33 fields", [33] + (0..<33).flatMap { [2, 0x61, 0x30 + $0, 0, 0, 0, 0] }),
        ]
    }

    func events() throws -> [EventCase] {
        func vector(
            _ name: String,
            _ expect: Expectation,
            _ event: SealedEvent,
            in ring: String = "main",
            canonical: [UInt8]? = nil
        ) -> EventCase {
            EventCase(
                name: name,
                expect: expect,
                ring: ring,
                sequence: event.sequence,
                time: event.time.milliseconds,
                leaf: HexBytes(event.leaf),
                epoch: event.epoch,
                sealed: HexBytes(event.sealed),
                canonical: canonical.map(HexBytes.init)
            )
        }
        let canonical = Array(
            #"""
            {"action":"start","actor":"vault","changes":["version=1.0.0"],"decision":"allowed",\#
            "id":"evt_000102030405060708090a0b0c0d0e0f","seq":7,"time":"2026-11-21T09:30:00.000Z","type":"vault.start"}
            """#.utf8
        )
        let event = try EventSealer(main).seal(canonical, sequence: 7, time: Fixture.time)
        func moved(
            sequence: UInt64 = 7,
            time: Timestamp = Fixture.time,
            leaf: [UInt8]? = nil,
            epoch: UInt32 = 2,
            sealed: [UInt8]? = nil
        ) -> SealedEvent {
            SealedEvent(
                sequence: sequence,
                time: time,
                leaf: leaf ?? event.leaf,
                epoch: epoch,
                sealed: sealed ?? event.sealed
            )
        }
        func crafted(_ plain: [UInt8], _ place: Place, first: UInt8 = 1) throws -> SealedEvent {
            moved(
                leaf: EventSealer.leaf(of: canonical),
                sealed: [first]
                    + AEAD.seal(plain, key: try aeadKey(.log, epoch: 2, of: main), associatedData: place.bytes)
            )
        }

        let old = try EventSealer(earlier).seal(canonical, sequence: 1, time: Timestamp(milliseconds: 0))
        var cases = [
            vector("an event", .opens, event, canonical: canonical),
            vector("an earlier epoch", .opens, old, canonical: canonical),
            vector(
                "before 1970",
                .opens,
                try EventSealer(main).seal([], sequence: 2, time: Timestamp(milliseconds: -1)),
                canonical: []
            ),
            vector("other keys", .wrongKey, event, in: "other"),
            vector("another number", .tampered, moved(sequence: 8)),
            vector("another time", .tampered, moved(time: Timestamp(milliseconds: 1_795_253_400_001))),
            vector("another leaf", .tampered, moved(leaf: event.leaf.flippingBit(0))),
            vector("a leaf of no byte", .tampered, moved(leaf: [])),
            vector("another vault", .tampered, event, in: "elsewhere"),
        ]
        let twin = try EventSealer(twins).seal(canonical, sequence: 7, time: Fixture.time)
        cases.append(
            vector(
                "another epoch of the same key",
                .tampered,
                SealedEvent(sequence: 7, time: Fixture.time, leaf: twin.leaf, epoch: 1, sealed: twin.sealed),
                in: "twins"
            )
        )
        cases += Self.damages(event.sealed, from: 1).map { vector($0.0, .tampered, moved(sealed: $0.1)) }
        let place = Place.event(7, time: Fixture.time.milliseconds, epoch: 2)
        var purpose = place
        purpose.purpose = "record"
        cases.append(vector("bound to another purpose", .tampered, try crafted(canonical.padded, purpose)))
        let otherFormat = Place.event(7, time: Fixture.time.milliseconds, epoch: 2, format: 2)
        cases.append(vector("bound to another format", .tampered, try crafted(canonical.padded, otherFormat)))
        for (name, plain) in Self.badPaddings { cases.append(vector(name, .malformed, try crafted(plain, place))) }
        for count in [0, 1, 40] {
            cases.append(vector("\(count) bytes", .malformed, moved(sealed: Array(event.sealed.prefix(count)))))
        }
        for format in [UInt8(0), 2, 255] {
            let other = try crafted(canonical.padded, place, first: format)
            cases.append(vector("format \(format)", .unknownFormat, other))
        }
        for epoch in [UInt32(0), 3, .max] {
            cases.append(vector("epoch \(epoch)", .unknownEpoch, moved(epoch: epoch)))
        }
        return cases
    }
}
