import Testing
import WarderModel

@Suite("Words of a command to be copied")
struct ShellWordTests {
    @Test(
        "a word is bare where a shell takes it as it is, and in quotes elsewhere",
        arguments: [
            ("/opt/notes", "/opt/notes"), ("KEY=a,b", "KEY=a,b"), ("", "''"), ("$(id)", "'$(id)'"),
            ("/opt/my notes/it's", #"'/opt/my notes/it'\''s'"#), ("é", "'é'"), ("~/x", "'~/x'"), ("a\nb", "'a\nb'"),
        ]
    )
    func quoted(word: String, text: String) {
        #expect(ShellWord.quoted(word) == text)
    }
}
