import { z } from "zod";
import { noticeVersionSchema } from "../schema.ts";

/** Path of `/v1/notices/{version}`. */
export const noticePathSchema = z.object({ version: noticeVersionSchema });

const TEXT_MAX_CHARACTERS = 20_000;

/** Body of `PUT /v1/notices/{version}`. */
export const registerNoticeRequestSchema = z.strictObject({
  language: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, "must be a language tag such as de or pt-BR"),
  text: z
    .string()
    .min(1)
    .max(TEXT_MAX_CHARACTERS)
    .regex(/^[^\0\p{Cs}]+$/u, "must be text that can be stored"),
});
export type RegisterNoticeRequest = z.infer<typeof registerNoticeRequestSchema>;

const headSchema = z.object({
  version: z.string(),
  language: z.string(),
  hash: z.string().meta({ description: "SHA-256 of the text as UTF-8, hexadecimal." }),
  created_at: z.iso.datetime(),
});

/** What people were shown when they consented. */
export const noticeSchema = headSchema.extend({ text: z.string() }).meta({ id: "Notice" });
export type Notice = z.infer<typeof noticeSchema>;

/** Query of `GET /v1/notices`. */
export const noticeQuerySchema = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: noticeVersionSchema.optional(),
});
export type NoticeQuery = z.infer<typeof noticeQuerySchema>;

/** Answer of `GET /v1/notices`, newest first, without the texts. */
export const noticeListSchema = z
  .object({ data: z.array(headSchema), next_cursor: z.string().nullable() })
  .meta({ id: "NoticeList" });
export type NoticeList = z.infer<typeof noticeListSchema>;
