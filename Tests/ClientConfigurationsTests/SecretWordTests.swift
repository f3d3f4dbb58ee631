import Testing

@testable import ClientConfigurations

/// The one table of words, held against the variables that servers really have.
@Suite struct SecretWordTests {
    /// Made by a program, and neither long nor of a known form: the name alone gives it away.
    private static let value = "q7Lw2ZrXk9"

    private static func evidence(_ name: String, _ value: String) -> Evidence? {
        ValueReader(name: name, value: value).evidence
    }

    @Test(arguments: SecretNameCorpus.all)
    func `what is secret is found by its name, whatever value it has`(server: SecretNameCorpus.Server) {
        #expect(!server.secret.isEmpty)
        for name in server.secret {
            #expect(Self.evidence(name, Self.value) == .name, "\(name)")
            #expect(Self.evidence(name, Invented.hex) == .name, "\(name)")
            // Its value does not hide behind a number, a place, or another spelling.
            for variant in ["\(name)_2", "\(name)_PROD", name.lowercased(), name.replacing("_", with: "-")] {
                #expect(Self.evidence(variant, Self.value) == .name, "\(variant)")
            }
        }
    }

    @Test(arguments: SecretNameCorpus.all)
    func `what is no secret is neither moved nor doubted`(server: SecretNameCorpus.Server) {
        for (name, value) in server.plain {
            #expect(Self.evidence(name, value) == nil, "\(name)=\(value)")
        }
    }

    @Test(arguments: SecretNameCorpus.all)
    func `no name hides a value that looks random`(server: SecretNameCorpus.Server) {
        for (name, value) in server.doubtful { #expect(Self.evidence(name, value) == .random, "\(name)") }
        for (name, _) in server.plain { #expect(Self.evidence(name, Invented.hex) != nil, "\(name)") }
    }

    @Test func `the corpus is of a hundred servers and more`() {
        #expect(SecretNameCorpus.all.count > 100)
        #expect(Set(SecretNameCorpus.all.map(\.name)).count == SecretNameCorpus.all.count)
    }

    @Test func `each word stands in the table once`() {
        let words = SecretWords.all.map(\.word)
        #expect(Set(words).count == words.count)
        #expect(Set(SecretWords.all.map(\.role)).count == SecretWords.Role.allCases.count)
    }

    /// A word that ends in one of another role would mean the one or the other by chance.
    @Test func `no word that ends another one says something else`() {
        for (word, role) in SecretWords.all {
            for (ending, other) in SecretWords.all where role != other && word != ending && word.hasSuffix(ending) {
                #expect(!Set([role, other]).isSubset(of: [.password, .secret]), "\(word) \(ending)")
            }
        }
    }

    @Test func `only a word right before a key makes it everybody's`() {
        for open in ["PUBLIC", "PUB", "PUBLISHABLE", "SORT", "FOREIGN"] {
            #expect(SecretNames.meaning(of: "\(open)_KEY") == nil, "\(open)")
            for name in ["\(open)_API_KEY", "\(open)_TOKEN", "\(open)_SECRET", "\(open)_PASSWORD", "\(open)_X_KEY"] {
                #expect(SecretNames.meaning(of: name) != nil, "\(name)")
            }
        }
    }
}
