import WarderModel

/// What an inventory says of a secret: whether it can be named, and its fields. That another value took the place of the
/// one before is none of it; that it was taken away in between, or all its values were, is.
struct InventorySecret: Equatable {
    private let id: RecordID
    private let isDeleted: Bool
    private let fields: Set<FieldName>

    init(_ secret: Secret) {
        id = secret.id
        isDeleted = secret.deleted != nil
        fields = Set(secret.current?.fields ?? [])
    }
}
