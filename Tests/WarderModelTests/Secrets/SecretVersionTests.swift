import Testing
import WarderModel

@Suite struct SecretVersionTests {
    private let day = Timestamp(milliseconds: 86_400_000)

    private func secret(versions: Int = 0) throws -> Secret {
        var secret = Secret(id: RecordID(high: 0, low: 1), name: try SecretName("github/pat"), created: day)
        for _ in 0..<versions { try put(&secret) }
        return secret
    }

    @discardableResult
    private func put(
        _ secret: inout Secret,
        pending: Bool = false
    ) throws -> (added: SecretVersion, destroyed: [UInt32]) {
        secret.addVersion(fields: [.value], pending: pending, at: day, by: .person(try OperatorName("ada")))
    }

    /// `#expect` takes no expression that changes something.
    private func expect(_ outcome: Bool, _ expected: Bool = true, at location: SourceLocation = #_sourceLocation) {
        #expect(outcome == expected, sourceLocation: location)
    }

    private func states(_ secret: Secret) -> String {
        secret.versions.map { "\($0.number):\($0.state.rawValue)" }.joined(separator: " ")
    }

    @Test func `a new secret has no version, and numbers begin at 1`() throws {
        var secret = try secret()
        #expect(secret.current == nil)
        #expect(secret.previous == nil)
        #expect(secret.versions.isEmpty)
        let number = try put(&secret).added.number
        #expect(number == 1)
    }

    @Test func `a new version becomes current, the current one previous, the previous one retired`() throws {
        var secret = try secret(versions: 3)
        #expect(states(secret) == "1:retired 2:previous 3:current")
        let (added, destroyed) = try put(&secret)
        #expect(added.state == .current)
        #expect(destroyed.isEmpty)
        #expect(states(secret) == "1:retired 2:retired 3:previous 4:current")
    }

    @Test func `a pending version changes nothing until it is promoted`() throws {
        var secret = try secret(versions: 2)
        let added = try put(&secret, pending: true).added
        #expect(added.state == .pending)
        #expect(states(secret) == "1:previous 2:current 3:pending")
        expect(secret.promote(3))
        #expect(states(secret) == "1:retired 2:previous 3:current")
    }

    @Test func `each version keeps the date on which its upstream stops accepting it`() throws {
        var secret = try secret(versions: 1)
        let dates = (1...3).map { day.adding(seconds: Int64($0)) }
        secret.expires = dates[0]
        _ = secret.addVersion(
            fields: [.value],
            pending: true,
            at: day,
            by: .person(try OperatorName("ada")),
            expires: dates[1]
        )
        #expect(secret.expires == dates[0])
        expect(secret.promote(2))
        #expect(secret.expires == dates[1])
        expect(secret.promote(1))
        #expect(secret.expires == dates[0])
        // Of what somebody stores they say themselves how long it lasts.
        try put(&secret)
        #expect(secret.expires == dates[0])
        secret.expires = dates[2]
        expect(secret.promote(2))
        #expect(secret.expires == dates[1])
        expect(secret.promote(3))
        #expect(secret.expires == dates[2])
    }

    @Test func `going back swaps current and previous, and going back again swaps them back`() throws {
        var secret = try secret(versions: 3)
        let previous = try #require(secret.previous)
        expect(secret.promote(previous.number))
        #expect(states(secret) == "1:retired 2:current 3:previous")
        expect(secret.promote(3))
        #expect(states(secret) == "1:retired 2:previous 3:current")
    }

    @Test func `a retired version can be promoted`() throws {
        var secret = try secret(versions: 4)
        expect(secret.promote(1))
        #expect(states(secret) == "1:current 2:retired 3:retired 4:previous")
    }

    @Test func `promoting the current version changes nothing`() throws {
        var secret = try secret(versions: 3)
        expect(secret.promote(3))
        #expect(states(secret) == "1:retired 2:previous 3:current")
    }

    @Test func `a destroyed version stays with its date, and cannot come back`() throws {
        var secret = try secret(versions: 2)
        let later = Timestamp(milliseconds: 2 * 86_400_000)
        expect(secret.markDestroyed(1, at: later))
        #expect(secret.version(1)?.state == .destroyed)
        #expect(secret.version(1)?.destroyed == later)
        expect(secret.promote(1), false)
        expect(secret.markDestroyed(1, at: later), false)
        #expect(states(secret) == "1:destroyed 2:current")
    }

    @Test func `destroying the current version leaves none, until one is promoted or added`() throws {
        var secret = try secret(versions: 2)
        expect(secret.markDestroyed(2, at: day))
        #expect(secret.current == nil)
        #expect(secret.previous?.number == 1)
        expect(secret.promote(1))
        #expect(states(secret) == "1:current 2:destroyed")
    }

    @Test func `without a current version a new one leaves the previous one where rollback finds it`() throws {
        var secret = try secret(versions: 3)
        expect(secret.markDestroyed(3, at: day))
        try put(&secret)
        #expect(states(secret) == "1:retired 2:previous 3:destroyed 4:current")
        expect(secret.promote(try #require(secret.previous).number))
        #expect(states(secret) == "1:retired 2:current 3:destroyed 4:previous")
    }

    @Test func `without a current version a promoted one leaves the previous one as it is`() throws {
        var secret = try secret(versions: 3)
        expect(secret.markDestroyed(3, at: day))
        expect(secret.promote(1))
        #expect(states(secret) == "1:current 2:previous 3:destroyed")
    }

    @Test func `twenty pending versions keep their values; the next destroys the oldest of them`() throws {
        var secret = try secret(versions: 1)
        for _ in 0..<20 {
            let destroyed = try put(&secret, pending: true).destroyed
            #expect(destroyed.isEmpty)
        }
        let (added, destroyed) = try put(&secret, pending: true)
        #expect(added.state == .pending && added.number == 22)
        #expect(destroyed == [2])
        #expect(secret.version(2)?.state == .destroyed)
        #expect(secret.versions.count { $0.state == .pending } == 20)
        #expect(secret.current?.number == 1)
    }

    @Test func `a number that does not exist is refused`() throws {
        var secret = try secret(versions: 1)
        for number in [UInt32(0), 2, .max] {
            expect(secret.promote(number), false)
            expect(secret.markDestroyed(number, at: day), false)
            #expect(secret.version(number) == nil)
        }
    }

    @Test func `ten retired versions keep their values; an eleventh destroys the oldest`() throws {
        var secret = try secret(versions: 12)
        #expect(secret.versions.count { $0.state == .retired } == 10)
        let destroyed = try put(&secret).destroyed
        #expect(destroyed == [1])
        #expect(secret.version(1)?.state == .destroyed)
        #expect(secret.versions.count { $0.state == .retired } == 10)
    }

    @Test func `the newest fifty tombstones stay, and numbers go on`() throws {
        var secret = try secret(versions: 80)
        #expect(secret.versions.count { $0.state == .destroyed } == 50)
        #expect(secret.versions.first?.number == 19)
        #expect(secret.version(18) == nil)
        let number = try put(&secret).added.number
        #expect(number == 81)
    }

    @Test func `destroying everything does not free a number`() throws {
        var secret = try secret(versions: 3)
        for number in UInt32(1)...3 { expect(secret.markDestroyed(number, at: day)) }
        #expect(secret.current == nil)
        let number = try put(&secret).added.number
        #expect(number == 4)
        #expect(states(secret) == "1:destroyed 2:destroyed 3:destroyed 4:current")
    }

    @Test func `fields are kept in ascending order`() throws {
        var secret = try secret()
        let fields = try ["zeta", "alpha", "Beta"].map { try FieldName($0) }
        let version = secret.addVersion(fields: fields, pending: false, at: day, by: .person(try OperatorName("ada")))
            .added
        #expect(version.fields.map(\.text) == ["Beta", "alpha", "zeta"])
    }
}
