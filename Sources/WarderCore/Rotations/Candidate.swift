package import Rotating
import Sealing
import SecretMemory
import SecretRecipes
import WarderModel

/// What a secret's next version holds.
enum Candidate {
    /// The setting that names the field which is made anew.
    static let fieldSetting = "field"
    /// The fields that are there now, with what the upstream answered over them and, where the vault makes the value,
    /// the new value over both.
    static func fields(
        for rotation: Rotation,
        _ run: RotationRun,
        _ secret: Secret,
        _ answered: SecretFields?,
        in transaction: borrowing Transaction
    ) throws(Refusal) -> SecretFields {
        var values: [FieldName: SecretBytes] = [:]
        if let current = secret.current { values = try transaction.fields(of: secret, version: current.number).values }
        values.merge(answered?.values ?? [:]) { $1 }
        if run.maker == .vault {
            let field = try field(for: rotation, secret)
            let recipe: ValueRecipe
            do { recipe = try ValueRecipe(settings: rotation.recipeSettings) } catch { throw .rotationSettings }
            do { values[field] = try recipe.makeValue() } catch { throw .memoryNotLocked }
        }
        do { return try SecretFields(values) } catch { throw Refusal(error) }
    }

    /// The field that the vault makes anew: what a database knows; as set; `password` where there is one; else `value`.
    static func field(for rotation: Rotation, _ secret: Secret) throws(Refusal) -> FieldName {
        if case .postgres = rotation.rotator { return .password }
        if let name = rotation.settings.first(where: { $0.key.text == fieldSetting })?.value {
            do { return try FieldName(name.text) } catch { throw .fieldMissing }
        }
        return secret.current?.fields.contains(.password) == true ? .password : .value
    }
}

extension Rotation {
    /// What concerns the value that the vault makes, if it makes one.
    package var recipeSettings: [String: String] { Self.recipeSettings(settings) }

    static func recipeSettings(_ settings: [RotatorSetting: PlainText]) -> [String: String] {
        let pairs = settings.map { ($0.key.text, $0.value.text) }.filter { ValueRecipe.settings.contains($0.0) }
        return Dictionary(pairs) { first, _ in first }
    }
}
