export interface DemoKeys { readonly key: string; readonly adminKey: string }
export async function seedDemo(_bindings: Readonly<Record<string, string>>): Promise<DemoKeys> { return { key: "hg_local_live_x", adminKey: "hg_local_live_y" }; }
