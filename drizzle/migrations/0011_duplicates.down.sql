DROP TRIGGER text_signatures_forget ON "text_signatures";
--> statement-breakpoint
DROP TRIGGER image_signatures_forget ON "image_signatures";
--> statement-breakpoint
DROP FUNCTION forget_text_marks(), forget_image_marks(), lock_signatures(uuid);
--> statement-breakpoint
DROP INDEX "text_signatures_marks", "image_signatures_marks";
--> statement-breakpoint
ALTER TABLE "text_signatures" DROP CONSTRAINT "text_signatures_text";
--> statement-breakpoint
ALTER TABLE "image_signatures" DROP CONSTRAINT "image_signatures_image";
