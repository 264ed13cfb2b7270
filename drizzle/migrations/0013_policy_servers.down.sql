ALTER TABLE "inferences" DROP COLUMN "image_cameras";
--> statement-breakpoint
ALTER TABLE "inferences" DROP COLUMN "origin";
